/** Queues of lines, and the threads that write the lines in them. */
@NullMarked
package com.voltageems.hissrv.influx.lane;

import org.jspecify.annotations.NullMarked;

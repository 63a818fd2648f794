/** Queues of lines, and the threads that write what is in them. */
@NullMarked
package com.voltageems.hissrv.influx.lane;

import org.jspecify.annotations.NullMarked;

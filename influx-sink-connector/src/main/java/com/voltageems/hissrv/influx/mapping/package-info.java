/** Records as they come, and how they become points. */
@NullMarked
package com.voltageems.hissrv.influx.mapping;

import org.jspecify.annotations.NullMarked;

/** Points, and line protocol: pure functions, without clock, socket or log. */
@NullMarked
package com.voltageems.hissrv.influx.point;

import org.jspecify.annotations.NullMarked;

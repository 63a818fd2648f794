/** Metrics of a task. */
@NullMarked
package com.voltageems.hissrv.influx.metrics;

import org.jspecify.annotations.NullMarked;

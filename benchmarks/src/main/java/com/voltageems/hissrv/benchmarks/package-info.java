/** Measurements, printed one figure a line: name, value, unit. */
@NullMarked
package com.voltageems.hissrv.benchmarks;

import org.jspecify.annotations.NullMarked;

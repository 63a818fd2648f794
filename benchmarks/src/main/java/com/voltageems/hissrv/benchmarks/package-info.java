/** Benchmarks; each figure is printed on one line: name, value, unit. */
@NullMarked
package com.voltageems.hissrv.benchmarks;

import org.jspecify.annotations.NullMarked;

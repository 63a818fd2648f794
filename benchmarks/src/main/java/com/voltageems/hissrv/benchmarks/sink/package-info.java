/** Benchmarks of the sink, compared with the database's own write speed. */
@NullMarked
package com.voltageems.hissrv.benchmarks.sink;

import org.jspecify.annotations.NullMarked;

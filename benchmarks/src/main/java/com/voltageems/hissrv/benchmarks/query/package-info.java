/** Benchmarks of the query service, compared with direct queries of the database. */
@NullMarked
package com.voltageems.hissrv.benchmarks.query;

import org.jspecify.annotations.NullMarked;

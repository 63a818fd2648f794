/** The query service against the same rows asked of the database. */
@NullMarked
package com.voltageems.hissrv.benchmarks.query;

import org.jspecify.annotations.NullMarked;

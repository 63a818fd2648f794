/** Mapping of records to points. */
@NullMarked
package com.voltageems.hissrv.influx.mapping;

import org.jspecify.annotations.NullMarked;

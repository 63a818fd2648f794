/** History in InfluxDB 1.x or 2.x, read with InfluxQL over HTTP. */
@NullMarked
package com.voltageems.hissrv.query.store.influxql;

import org.jspecify.annotations.NullMarked;

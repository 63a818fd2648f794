/** History kept in InfluxDB 1.x, read with InfluxQL over HTTP. */
@NullMarked
package com.voltageems.hissrv.query.store.influxdb1;

import org.jspecify.annotations.NullMarked;

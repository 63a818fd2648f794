package com.voltageems.hissrv.query.store.influxdb1;

import java.util.List;

/**
 * Text of one or more statements, and the values for {@code $p0}, {@code $p1} and so on, in order.
 */
record InfluxQl(String text, List<String> parameters) {
  InfluxQl {
    parameters = List.copyOf(parameters);
  }
}

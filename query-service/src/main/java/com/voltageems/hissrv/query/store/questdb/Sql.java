package com.voltageems.hissrv.query.store.questdb;

import java.util.List;

/**
 * The text of a statement, and the values for its question marks in order.
 *
 * @param parameters String or Long
 */
record Sql(String text, List<Object> parameters) {
  Sql {
    parameters = List.copyOf(parameters);
  }
}

package com.voltageems.hissrv.redis.source;

import java.util.Map;

/**
 * The values of one series at one time.
 *
 * @param fields numbers by field name, all finite; owned by this sample
 * @param texts values that are no number, by field name; may be empty
 * @param epochMillis the sample's time
 */
record Sample(
    Series series, Map<String, Double> fields, Map<String, String> texts, long epochMillis) {
  boolean isEmpty() {
    return fields.isEmpty() && texts.isEmpty();
  }

  int points() {
    return fields.size() + texts.size();
  }
}

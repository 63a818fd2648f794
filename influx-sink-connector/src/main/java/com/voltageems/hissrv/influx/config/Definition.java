package com.voltageems.hissrv.influx.config;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Width;
import org.jspecify.annotations.Nullable;

/** Keeps count of the order inside a group. */
final class Definition {
  final ConfigDef def = new ConfigDef();
  private String group = "";
  private int order;

  void group(String name) {
    group = name;
    order = 0;
  }

  void key(
      String name,
      ConfigDef.Type type,
      @Nullable Object defaultValue,
      ConfigDef.@Nullable Validator validator,
      Importance importance,
      String doc) {
    def.define(
        name, type, defaultValue, validator, importance, doc, group, ++order, Width.MEDIUM, name);
  }

  void count(String name, int defaultValue, String doc) {
    key(name, ConfigDef.Type.INT, defaultValue, Range.atLeast(1), Importance.MEDIUM, doc);
  }

  void millis(String name, int defaultValue, int least, String doc) {
    key(name, ConfigDef.Type.INT, defaultValue, Range.atLeast(least), Importance.LOW, doc);
  }
}

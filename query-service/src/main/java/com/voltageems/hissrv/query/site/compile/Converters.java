package com.voltageems.hissrv.query.site.compile;

/** The converters that write records to topics and read them; both connectors must use the same. */
final class Converters {
  private Converters() {}

  static void into(Settings settings) {
    settings.put("key.converter", "org.apache.kafka.connect.storage.StringConverter");
    settings.put("value.converter", "org.apache.kafka.connect.json.JsonConverter");
    settings.put("value.converter.schemas.enable", "false");
  }
}

package com.voltageems.hissrv.query.site.compile;

/** How records are written to topics and read from them; the two connectors have to agree. */
final class Converters {
  private Converters() {}

  static void into(Settings settings) {
    settings.put("key.converter", "org.apache.kafka.connect.storage.StringConverter");
    settings.put("value.converter", "org.apache.kafka.connect.json.JsonConverter");
    settings.put("value.converter.schemas.enable", "false");
  }
}

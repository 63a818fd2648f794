package com.voltageems.hissrv.testkit.apicurio;

import java.math.BigDecimal;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Timestamp;

/** A Connect struct whose schema goes to the registry. */
final class JsonRecords {
  private JsonRecords() {}

  @SuppressWarnings("JavaUtilDate") // Connect uses Date for times
  static Struct meter() {
    Schema device =
        SchemaBuilder.struct()
            .name("site.Device")
            .field("id", Schema.INT32_SCHEMA)
            .field("kind", Schema.STRING_SCHEMA)
            .build();
    Schema phase =
        SchemaBuilder.struct().name("site.Phase").field("u", Schema.FLOAT64_SCHEMA).build();
    Schema schema =
        SchemaBuilder.struct()
            .name("site.Meter")
            .field("meter", device)
            .field("site", Schema.OPTIONAL_STRING_SCHEMA)
            .field("at", Timestamp.SCHEMA)
            .field("counter", Schema.INT64_SCHEMA)
            .field("price", Decimal.schema(2))
            .field("power", Schema.OPTIONAL_FLOAT64_SCHEMA)
            .field("phases", SchemaBuilder.array(phase).build())
            .field("limits", SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.FLOAT64_SCHEMA).build())
            .build();
    return new Struct(schema)
        .put("meter", new Struct(device).put("id", 7).put("kind", "pv"))
        .put("at", new Date(AvroRecords.AT))
        .put("counter", AvroRecords.COUNTER)
        .put("price", new BigDecimal("12345.60"))
        .put("power", 4.25)
        .put(
            "phases", List.of(new Struct(phase).put("u", 230.1), new Struct(phase).put("u", 231.2)))
        .put("limits", Map.of("high", 250.0, "low", 210.0));
  }
}

package com.voltageems.hissrv.benchmarks;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.source.SourceConnector;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;

/**
 * The ceiling of any source in a worker: emits the same prebuilt records again and again, and does
 * nothing else. The records are those that the Redis source creates from {@link SourceRig#fill};
 * {@link SourceThroughput} compares them.
 */
public final class CeilingSourceConnector extends SourceConnector {
  private Map<String, String> config = Map.of();

  @Override
  public void start(Map<String, String> props) {
    config = Map.copyOf(props);
  }

  @Override
  public Class<? extends Task> taskClass() {
    return CeilingTask.class;
  }

  @Override
  public List<Map<String, String>> taskConfigs(int maxTasks) {
    return List.of(config);
  }

  @Override
  public void stop() {}

  @Override
  public ConfigDef config() {
    return new ConfigDef();
  }

  @Override
  public String version() {
    return "benchmark";
  }

  /** Emits the records; see {@link CeilingSourceConnector}. */
  public static final class CeilingTask extends SourceTask {
    private static final int CHANNELS = 1000;
    private static final int POINTS = 50;
    private static final int BATCH = 500;

    private final List<SourceRecord> records = new ArrayList<>();
    private int next;

    @Override
    public void start(Map<String, String> props) {
      Schema strings = SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.STRING_SCHEMA).build();
      Schema numbers = SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.FLOAT64_SCHEMA).build();
      Schema sample =
          SchemaBuilder.struct()
              .name("com.voltageems.hissrv.Sample")
              .version(1)
              .field("measurement", Schema.STRING_SCHEMA)
              .field("tags", strings)
              .field("fields", numbers)
              .field(
                  "texts",
                  SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.STRING_SCHEMA).optional().build())
              .field("timestamp", Schema.INT64_SCHEMA)
              .build();
      String topic = props.getOrDefault("topic", "ceiling");
      for (int channel = 0; channel < CHANNELS; channel++) {
        Map<String, Double> fields = new HashMap<>();
        for (int point = 1; point <= POINTS; point++) {
          // The same text as SourceRig.fill writes: more digits would cost the converter more.
          String text = String.format(Locale.ROOT, "%.6f", 220 + point + channel / 7.0);
          fields.put(String.valueOf(point), Double.valueOf(text));
        }
        String number = String.valueOf(1001 + channel);
        // The present: records older than the topic's retention would be gone half a minute later.
        long time = System.currentTimeMillis();
        Struct value =
            new Struct(sample)
                .put("measurement", "telemetry")
                .put("tags", Map.of("channel", number, "type", "m"))
                .put("fields", fields)
                .put("timestamp", time);
        ConnectHeaders headers = new ConnectHeaders();
        headers.addString("hissrv.key", "comsrv:" + number + ":m");
        headers.addString("hissrv.source", "live");
        records.add(
            new SourceRecord(
                null,
                null,
                topic,
                null,
                Schema.STRING_SCHEMA,
                "telemetry,channel=" + number + ",type=m",
                sample,
                value,
                time,
                headers));
      }
    }

    @Override
    public List<SourceRecord> poll() {
      int from = next;
      next = (next + BATCH) % CHANNELS;
      return records.subList(from, from + BATCH);
    }

    @Override
    public void stop() {
      records.clear();
    }

    @Override
    public String version() {
      return "benchmark";
    }
  }
}

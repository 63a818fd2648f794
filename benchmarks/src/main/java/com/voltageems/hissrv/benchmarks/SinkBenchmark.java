package com.voltageems.hissrv.benchmarks;

import com.voltageems.hissrv.quickstart.HistorySystem;
import com.voltageems.hissrv.quickstart.Installation;
import com.voltageems.hissrv.quickstart.TemporaryFolder;
import com.voltageems.hissrv.testkit.Ports;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Records of 50 fields that wait in a topic, JSON, through the sink into QuestDB with one task and
 * one writer; against the same lines posted by bare HTTP, one request after the other.
 */
public final class SinkBenchmark {
  private static final int CHANNELS = 100;
  private static final int FIELDS = 50;
  private static final int LINES_A_REQUEST = 1000;

  private SinkBenchmark() {}

  public static void main(String[] args) throws Exception {
    int records = args.length > 0 && args[0].equals("--short") ? 10_000 : 50_000;
    Figures.say("sink: %d records of %d fields from a topic into QuestDB", records, FIELDS);
    try (TemporaryFolder folder = TemporaryFolder.create();
        HistorySystem system =
            new HistorySystem(
                Installation.find(), folder.path(), Ports.free(), false, line -> {})) {
      double direct = direct(system, records);
      double sink = sink(system, records);
      Figures.print("sink.direct_points_per_s", direct * FIELDS, "points/s");
      Figures.print("sink.points_per_s", sink * FIELDS, "points/s");
      Figures.print("sink.vs_direct", sink / direct, "ratio");
    }
  }

  private static double direct(HistorySystem system, int records) throws InterruptedException {
    Lines lines = new Lines(system.database());
    List<String> requests = new ArrayList<>();
    for (int from = 0; from < records; from += LINES_A_REQUEST) {
      requests.add(Lines.text("direct", from, LINES_A_REQUEST, CHANNELS, FIELDS));
    }
    lines.post(Lines.text("warm", 0, LINES_A_REQUEST, CHANNELS, FIELDS));
    Figures.await("the warm-up", () -> system.database().rows("warm") == LINES_A_REQUEST);
    long start = System.nanoTime();
    requests.forEach(lines::post);
    Figures.await("every line", () -> system.database().rows("direct") == records);
    return records / ((System.nanoTime() - start) / 1e9);
  }

  private static double sink(HistorySystem system, int records)
      throws InterruptedException, ExecutionException {
    produce(system, "warmup", 5000);
    system.worker().submit(HistorySystem.SINK, system.sinkConfig());
    Figures.await("the warm-up", () -> system.database().rows("warmup") == 5000);
    system.worker().send("PUT", "/connectors/" + HistorySystem.SINK + "/pause", null);
    Figures.await("the pause", () -> is(system, "PAUSED"));
    produce(system, "sink", records);
    long start = System.nanoTime();
    system.worker().send("PUT", "/connectors/" + HistorySystem.SINK + "/resume", null);
    Figures.await("every record", () -> system.database().rows("sink") == records);
    return records / ((System.nanoTime() - start) / 1e9);
  }

  private static boolean is(HistorySystem system, String state) {
    return state.equals(
        system.worker().status(HistorySystem.SINK).path("tasks").path(0).path("state").asText());
  }

  private static void produce(HistorySystem system, String measurement, int records)
      throws InterruptedException, ExecutionException {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    Map<String, Object> config =
        Map.of("bootstrap.servers", system.kafka().bootstrapServers(), "linger.ms", 20);
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      for (int line = 0; line < records; line++) {
        StringBuilder fields = new StringBuilder();
        for (int field = 1; field <= FIELDS; field++) {
          fields.append(field == 1 ? "" : ",");
          fields.append("\"f").append(field).append("\":").append(Lines.value(line, field));
        }
        int channel = line % CHANNELS;
        sent.add(
            producer.send(
                new ProducerRecord<>(
                    "hissrv.bench",
                    measurement + ",channel=" + channel,
                    "{\"measurement\":\"%s\",\"tags\":{\"channel\":\"%d\"},\"fields\":{%s},\"timestamp\":%d}"
                        .formatted(measurement, channel, fields, Lines.millis(line, CHANNELS)))));
      }
      for (Future<RecordMetadata> one : sent) {
        one.get();
      }
    }
  }
}

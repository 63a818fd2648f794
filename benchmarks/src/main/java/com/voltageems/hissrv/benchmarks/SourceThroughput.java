package com.voltageems.hissrv.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Measures how fast records reach a topic, compared with a connector that only emits them. */
final class SourceThroughput {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CHANNELS = 1000;
  private static final String SOURCE = "bench-hashes";
  private static final String CEILING = "bench-ceiling";
  private static final String SOURCE_TOPIC = "hissrv.live";
  private static final String CEILING_TOPIC = "ceiling";
  private static final String KEY = "telemetry,channel=1001,type=m";
  private static final int WINDOWS = 5;

  private final SourceRig rig;

  SourceThroughput(SourceRig rig) {
    this.rig = rig;
  }

  void measure() throws InterruptedException, IOException {
    Figures.say(
        "the source, every poll a snapshot of %d hashes of %d points, in turn with a connector that"
            + " only emits such records, prebuilt; medians of %d windows of %d s",
        CHANNELS, SourceRig.POINTS, WINDOWS, rig.seconds);
    rig.fill(CHANNELS);
    Map<String, String> ceiling = SourceRig.connector(CeilingSourceConnector.class.getName());
    ceiling.put("topic", CEILING_TOPIC);
    Map<String, String> source = rig.source();
    source.put("poll.interval.ms", "10");
    source.put("snapshot.interval.ms", "1");
    warm(CEILING, CEILING_TOPIC, ceiling);
    warm(SOURCE, SOURCE_TOPIC, source);
    requireSameRecords();

    double[] emitted = new double[WINDOWS + 1];
    double[] read = new double[WINDOWS];
    double[] ratios = new double[WINDOWS];
    long readMillis = -rig.metrics.ofTask(SOURCE, "read-time-total-ms");
    long readRecords = -rig.metrics.get(SOURCE, "live", "records");
    emitted[0] = window(CEILING, CEILING_TOPIC);
    for (int i = 0; i < WINDOWS; i++) {
      read[i] = window(SOURCE, SOURCE_TOPIC);
      emitted[i + 1] = window(CEILING, CEILING_TOPIC);
      // Compared with both neighbours: a drift of the machine from one to the other cancels out.
      ratios[i] = read[i] / ((emitted[i] + emitted[i + 1]) / 2);
    }
    readMillis += rig.metrics.ofTask(SOURCE, "read-time-total-ms");
    readRecords += rig.metrics.get(SOURCE, "live", "records");
    rig.delete(SOURCE);
    rig.delete(CEILING);
    Figures.print("source.ceiling_records_per_s", Figures.median(emitted), "records/s");
    Figures.print("source.records_per_s", Figures.median(read), "records/s");
    Figures.print("source.points_per_s", Figures.median(read) * SourceRig.POINTS, "points/s");
    Figures.print("source.vs_ceiling", Figures.median(ratios), "ratio");
    Figures.say(
        "vs_ceiling from %.3f to %.3f",
        Arrays.stream(ratios).min().orElseThrow(), Arrays.stream(ratios).max().orElseThrow());
    Figures.print("source.read_us_a_record", 1000.0 * readMillis / readRecords, "us");
  }

  /**
   * Checks that both emit the same records apart from the time: otherwise the ceiling would be that
   * of other records.
   */
  private void requireSameRecords() throws IOException {
    ConsumerRecord<String, byte[]> prebuilt = rig.first(CEILING_TOPIC, KEY);
    ConsumerRecord<String, byte[]> read = rig.first(SOURCE_TOPIC, KEY);
    if (!values(prebuilt).equals(values(read)) || !prebuilt.headers().equals(read.headers())) {
      throw new IllegalStateException(
          "the ceiling emits other records: " + text(prebuilt) + ", not " + text(read));
    }
  }

  private static JsonNode values(ConsumerRecord<String, byte[]> record) throws IOException {
    return ((ObjectNode) JSON.readTree(record.value())).without("timestamp");
  }

  private static String text(ConsumerRecord<String, byte[]> record) {
    return record.headers() + " " + new String(record.value(), StandardCharsets.UTF_8);
  }

  /** Warms up: the first seconds measure the JIT compiler. */
  private void warm(String name, String topic, Map<String, String> config)
      throws InterruptedException {
    rig.submit(name, config);
    rig.awaitRecords(topic, 100_000);
    pause(name, topic);
  }

  private double window(String name, String topic) throws InterruptedException {
    rig.resume(name);
    rig.awaitRecords(topic, 20_000);
    long before = rig.records(topic);
    long start = System.nanoTime();
    TimeUnit.SECONDS.sleep(rig.seconds);
    long after = rig.records(topic);
    double rate = (after - before) / ((System.nanoTime() - start) / 1e9);
    pause(name, topic);
    return rate;
  }

  private void pause(String name, String topic) throws InterruptedException {
    rig.pause(name);
    long before = -1;
    long now = rig.records(topic);
    while (now != before) {
      TimeUnit.MILLISECONDS.sleep(400);
      before = now;
      now = rig.records(topic);
    }
  }
}

package com.voltageems.hissrv.redis.source.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SampleTest {
  private static final Series SERIES = Series.of("m", Map.of("channel", "1"));

  private static List<byte[]> json(List<Sample> samples) {
    try (JsonConverter converter = new JsonConverter()) {
      converter.configure(Map.of("schemas.enable", "false"), false);
      return samples.stream()
          .map(
              sample -> {
                SourceRecord record =
                    new SampleRecords("a", "t", InstantSource.system())
                        .record(sample, "k", Map.of(), Map.of());
                return converter.fromConnectData("t", record.valueSchema(), record.value());
              })
          .toList();
    }
  }

  /**
   * A broker refuses such a timestamp, so a device's wrong clock would end the task; the same
   * happens if a transformation finds no timestamp. Field case R5.
   */
  @Test
  void timeFarAhead_isSentAsNow() {
    Instant now = Instant.parse("2026-11-24T12:00:00Z");
    SampleRecords records = new SampleRecords("a", "t", InstantSource.fixed(now));
    assertThat(timestamp(records, now.plusSeconds(1700).toEpochMilli()))
        .isEqualTo(now.plusSeconds(1700).toEpochMilli());
    assertThat(timestamp(records, now.plusSeconds(1900).toEpochMilli()))
        .isEqualTo(now.toEpochMilli());
    assertThat(timestamp(records, Long.MAX_VALUE)).isEqualTo(now.toEpochMilli());
    assertThat(timestamp(records, 0)).isZero();
    assertThat(timestamp(records, -1)).isEqualTo(now.toEpochMilli());
  }

  /**
   * Otherwise, a list that nobody drains would look as if its samples arrived, until the clock has
   * caught up.
   */
  @Test
  void newestSample_isNotOfTheFuture_whenTheWorkersClockIsSetBack() {
    Instant now = Instant.parse("2026-11-24T12:00:00Z");
    AtomicReference<Instant> clock = new AtomicReference<>(now);
    AtomicLong newest = new AtomicLong();
    SampleRecords records = new SampleRecords("a", "t", clock::get, newest);
    timestamp(records, now.plusSeconds(60).toEpochMilli());
    assertThat(newest).hasValue(now.toEpochMilli());
    timestamp(records, now.minusSeconds(60).toEpochMilli());
    assertThat(newest).hasValue(now.toEpochMilli());
    clock.set(now.minusSeconds(3600));
    timestamp(records, now.minusSeconds(3605).toEpochMilli());
    assertThat(newest).hasValue(now.minusSeconds(3605).toEpochMilli());
  }

  private static @Nullable Long timestamp(SampleRecords records, long epochMillis) {
    Sample sample = new Sample(SERIES, Map.of("a", 1.0), Map.of(), epochMillis);
    SourceRecord record = records.record(sample, "k", null, null);
    assertThat(((Struct) record.value()).getInt64("timestamp")).isEqualTo(epochMillis);
    return record.timestamp();
  }

  @Test
  void small_staysWhole() {
    Sample sample = new Sample(SERIES, Map.of("a", 1.0), Map.of("b", "text"), 5);
    assertThat(sample.parts(400_000)).containsExactly(sample);
  }

  @Test
  void manyNumbers_arePartedBelowABrokersLimit() {
    Map<String, Double> fields = new HashMap<>();
    for (int i = 0; i < 30_000; i++) {
      fields.put("a-rather-long-name-" + i, -Math.PI / 1e300);
    }
    List<Sample> parts = new Sample(SERIES, fields, Map.of(), 5).parts(400_000);
    Map<String, Double> together = new HashMap<>();
    parts.forEach(part -> together.putAll(part.fields()));
    assertThat(together).isEqualTo(fields);
    assertThat(parts).allSatisfy(part -> assertThat(part.epochMillis()).isEqualTo(5));
    assertThat(json(parts))
        .hasSizeGreaterThan(1)
        .allSatisfy(bytes -> assertThat(bytes.length).isLessThan(500_000));
  }

  /** A topic's max.message.bytes may be far below a producer's limit. */
  @Test
  void limitOfATopic_isKept_valuesStayWhole() {
    Map<String, String> texts = new HashMap<>();
    Map<String, Double> fields = new HashMap<>();
    for (int i = 0; i < 200; i++) {
      fields.put("number-" + i, (double) i);
      texts.put("text-" + i, "x".repeat(100));
    }
    texts.put("long", "x".repeat(5_000));
    List<Sample> parts = new Sample(SERIES, fields, texts, 5).parts(5_000);
    assertThat(parts.stream().mapToInt(Sample::points).sum()).isEqualTo(401);
    assertThat(json(parts)).allSatisfy(bytes -> assertThat(bytes.length).isLessThan(10_000));
  }

  @Test
  void textsThatJsonEscapes_arePartedByWhatTheyBecome() {
    Map<String, String> texts = new HashMap<>();
    for (int i = 0; i < 12; i++) {
      texts.put("t" + i, String.valueOf((char) 1).repeat(60_000));
    }
    List<Sample> parts = new Sample(SERIES, Map.of("n", 1.0), texts, 5).parts(400_000);
    Map<String, String> together = new HashMap<>();
    parts.forEach(part -> together.putAll(part.texts()));
    assertThat(together).isEqualTo(texts);
    assertThat(json(parts)).allSatisfy(bytes -> assertThat(bytes.length).isLessThan(500_000));
  }
}

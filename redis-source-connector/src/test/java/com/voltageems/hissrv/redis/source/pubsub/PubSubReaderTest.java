package com.voltageems.hissrv.redis.source.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.redis.source.FakeRedis;
import com.voltageems.hissrv.redis.source.ManualClock;
import com.voltageems.hissrv.redis.source.Readers;
import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.config.RedisSourceConfig;
import com.voltageems.hissrv.redis.source.reader.RejectReason;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import com.voltageems.hissrv.redis.source.run.MessageQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;

class PubSubReaderTest {
  private static final int CAPACITY = 1000;

  private final RedisSourceConfig config =
      Readers.config(
          Map.of(
              "sources", "p",
              "sources.p.type", "pubsub",
              "sources.p.pattern", "comsrv:*"));
  private final ManualClock clock = new ManualClock();
  private final SourceMetrics metrics = new SourceMetrics(clock);
  private final MessageQueue messages =
      new MessageQueue(CAPACITY, config.limits().maxValueBytes(), clock, queue -> {});

  private final FakeRedis link = new FakeRedis("of_hash");

  private PubSubReader reader() {
    link.hashes.put("comsrv:1:m", "1");
    return new PubSubReader(
        Readers.source(config, PubSubSource.class),
        Readers.context(config, link, clock, metrics),
        messages,
        () -> null);
  }

  @Test
  void messagesThatComeFasterThanTheyAreRead_areReadAllTheSame() {
    PubSubReader reader = reader();
    int taken = 0;
    int repairs = 0;
    for (int round = 0; round < 100; round++) {
      clock.pass(Duration.ofMillis(100));
      // More messages than fit: every round begins with a gap.
      for (int i = 0; i <= CAPACITY; i++) {
        messages.accept(Bytes.of("comsrv:1:m"), Bytes.of("7:1.5"));
      }
      List<SourceRecord> records = reader.read(CAPACITY);
      if (records.stream().anyMatch(PubSubReaderTest::isOfHash)) {
        repairs++;
      } else {
        taken += records.size();
      }
    }
    // One repair a second.
    assertThat(repairs).isEqualTo(10);
    assertThat(taken).isEqualTo((100 - repairs) * CAPACITY);
    // The last gap is repaired soon, once the queue is empty.
    messages.take(CAPACITY);
    assertThat(reader.dueNanos() - clock.nanos()).isLessThanOrEqualTo(1_000_000_000L);
  }

  private List<Object> keys(PubSubReader reader) {
    List<Object> keys = new ArrayList<>();
    while (reader.dueNanos() - clock.nanos() <= 0) {
      reader.read(CAPACITY).forEach(record -> keys.add(record.key()));
    }
    return keys;
  }

  @Test
  void nodeIsAwayDuringTheRepair_itsHashesAreReadOnceItIsBack() {
    PubSubReader reader = reader();
    link.hashes.put("comsrv:2:m", "2");
    link.cluster = true;
    link.away.add("comsrv:2:m");
    messages.missed();
    assertThat(keys(reader)).hasSize(1);
    messages.accept(Bytes.of("comsrv:2:m"), Bytes.of("updated:1"));
    keys(reader);
    link.away.clear();
    assertThat(keys(reader)).hasSize(2);
    assertThat(keys(reader)).isEmpty();
  }

  @Test
  void messageThatIsTooLong_isCounted() {
    PubSubReader reader = reader();
    messages.accept(Bytes.of("comsrv:1:m"), new byte[config.limits().maxValueBytes() + 1]);
    while (metrics.rejected(RejectReason.TOO_LONG) == 0 && messages.hasMessages()) {
      reader.read(CAPACITY);
    }
    assertThat(metrics.rejected(RejectReason.TOO_LONG)).isEqualTo(1);
  }

  @Test
  void valuesOfOneMoment_tooManyForARecord_becomeSeveral() {
    PubSubReader reader = reader();
    String source = "x".repeat(50_000);
    for (int i = 0; i < 20; i++) {
      messages.accept(
          Bytes.of("comsrv:1:m"), Bytes.of("p" + i + ":" + i + ":1704067200000:" + source + i));
    }
    List<SourceRecord> parts = new ArrayList<>();
    while (messages.hasMessages()) {
      reader.read(CAPACITY).stream().filter(record -> !isOfHash(record)).forEach(parts::add);
    }
    assertThat(parts).hasSizeBetween(2, 5);
    Map<String, Object> all = new HashMap<>();
    for (SourceRecord part : parts) {
      all.putAll(((Struct) part.value()).getMap("fields"));
      all.putAll(((Struct) part.value()).getMap("texts"));
    }
    assertThat(all).hasSize(40).containsEntry("p7", 7.0).containsEntry("p7_source", source + 7);
  }

  @Test
  void messageOfAWindow_hasTheTimeOfItsStart_unlessItBringsOne() {
    PubSubReader reader = reader();
    messages.accept(Bytes.of("archive:1m:1704067140:1001"), Bytes.of("1_avg:1.5"));
    messages.accept(Bytes.of("archive:1m:1704067140:1001"), Bytes.of("2_avg:1.5:1704067141000"));
    List<Long> times = new ArrayList<>();
    while (messages.hasMessages()) {
      reader.read(CAPACITY).stream()
          .filter(record -> !isOfHash(record))
          .forEach(record -> times.add(((Struct) record.value()).getInt64("timestamp")));
    }
    assertThat(times).containsExactly(1704067140000L, 1704067141000L);
  }

  private static boolean isOfHash(SourceRecord record) {
    return ((Struct) record.value()).<String, Double>getMap("fields").containsKey("of_hash");
  }
}

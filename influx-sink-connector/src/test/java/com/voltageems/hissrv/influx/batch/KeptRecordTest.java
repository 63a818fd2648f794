package com.voltageems.hissrv.influx.batch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.influx.sink.TestRecords;
import com.voltageems.hissrv.testkit.ConnectWorker;
import java.io.File;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Uses the record class of a real worker, loaded from outside our class path. */
class KeptRecordTest {
  private static final String RUNTIME = "org.apache.kafka.connect.runtime.";
  private static URLClassLoader worker;

  @BeforeAll
  static void load() throws Exception {
    try (InputStream resource = ConnectWorker.class.getResourceAsStream("connect.classpath")) {
      String paths = new String(Objects.requireNonNull(resource).readAllBytes(), UTF_8).strip();
      String runtime =
          Stream.of(paths.split(File.pathSeparator, -1))
              .filter(path -> path.contains("connect-runtime"))
              .findFirst()
              .orElseThrow();
      worker = new URLClassLoader(new URL[] {Path.of(runtime).toUri().toURL()});
    }
  }

  @AfterAll
  static void close() throws Exception {
    worker.close();
  }

  private static SinkRecord record(byte[] key, byte @Nullable [] value, SinkRecord converted)
      throws Exception {
    ConsumerRecord<byte[], byte[]> original =
        new ConsumerRecord<>(
            "raw",
            3,
            42,
            7,
            TimestampType.CREATE_TIME,
            key.length,
            value == null ? ConsumerRecord.NULL_SIZE : value.length,
            key,
            value,
            new RecordHeaders(),
            Optional.empty());
    Class<?> context = worker.loadClass(RUNTIME + "errors.ProcessingContext");
    return (SinkRecord)
        worker
            .loadClass(RUNTIME + "InternalSinkRecord")
            .getConstructor(context, SinkRecord.class)
            .newInstance(context.getConstructor(Object.class).newInstance(original), converted);
  }

  @Test
  void workersOwnRecord_isKeptAsItsBytes_andTheyAreCounted() throws Exception {
    SinkRecord converted = TestRecords.record(Map.of("a", 1), 0);
    converted.headers().addString("h", "x");
    OffsetTracker tracker = new OffsetTracker(new TopicPartition("raw", 3), 0);
    OffsetTracker.Pending first = tracker.add(record(new byte[5], new byte[3000], converted));
    OffsetTracker.Pending tombstone = tracker.add(record(new byte[6], null, converted));

    SinkRecord kept = first.record();
    assertThat(kept.getClass().getName()).isEqualTo(RUNTIME + "InternalSinkRecord");
    assertThat(kept.value()).isNull();
    assertThat(kept.key()).isEqualTo(converted.key());
    assertThat(kept.headers().lastWithName("h").value()).isEqualTo("x");
    assertThat(kept.originalTopic()).isEqualTo("raw");
    assertThat(first.where()).isEqualTo("raw-3@42");
    assertThat(tracker.firstOpen()).hasValue(42);
    assertThat(tracker.openBytes()).isEqualTo(3011);
    tombstone.seal();
    assertThat(tracker.openBytes()).as("behind the first one, and held").isEqualTo(3011);
    first.seal();
    assertThat(tracker.openBytes()).isZero();
  }

  @Test
  void otherRecords_areKeptWhole_andCountedAsFarAsIsKnown() {
    SinkRecord text = TestRecords.record("m v=1", 0);
    assertThat(KeptRecord.of(text)).isSameAs(text);
    assertThat(KeptRecord.bytes(text)).isEqualTo(5);
    assertThat(KeptRecord.bytes(TestRecords.record(new byte[7], 0))).isEqualTo(7);
    assertThat(KeptRecord.bytes(TestRecords.record(Map.of("a", 1), 0))).isZero();
    assertThat(KeptRecord.bytes(TestRecords.record(null, 0))).isZero();
  }
}

package com.voltageems.hissrv.query.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.testkit.KafkaBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The figures of {@code /status} against a real broker. */
class KafkaProbeIT {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final TopicPartition FIRST = new TopicPartition("hissrv.a", 0);
  private static final TopicPartition SECOND = new TopicPartition("hissrv.a", 1);

  @Test
  void figures_followTheCommittedOffsets(@TempDir Path dir) throws Exception {
    try (KafkaBroker broker = KafkaBroker.start(dir)) {
      QueryConfig.Kafka config = new QueryConfig.Kafka(broker.bootstrapServers(), "dead", Map.of());
      try (KafkaProbe probe = new KafkaProbe(config, "sink", TIMEOUT);
          Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
        // Nothing there yet: zeros and no time, not a failure.
        assertThat(figures(probe)).isEqualTo(figures(0, 0, 0, null));

        admin
            .createTopics(
                List.of(new NewTopic("hissrv.a", 2, (short) 1), new NewTopic("dead", 1, (short) 1)))
            .all()
            .get();
        send(broker, "plain", false, 0, 10, 1000);
        send(broker, "plain", false, 1, 4, 5000);
        commit(admin, Map.of(FIRST, 7L, SECOND, 4L));
        // The last committed records are number 6 (1006) and number 3 (5003).
        assertThat(figures(probe)).isEqualTo(figures(11, 3, 0, "1970-01-01T00:00:05.003Z"));

        // A transaction ends with a marker that takes an offset but is no record.
        send(broker, "exact", true, 0, 5, 9000);
        commit(admin, Map.of(FIRST, 15L));
        assertThat(figures(probe)).isEqualTo(figures(19, 0, 0, "1970-01-01T00:00:09.004Z"));
        send(broker, "exact", true, 0, 2, 9500);
        assertThat(figures(probe)).containsEntry("queue_size", 2L);

        // Many waiting: not counted one by one.
        send(broker, "plain", false, 1, 500, 100);
        send(broker, "plain", false, "dead", 0, 3, 100);
        assertThat(figures(probe)).containsEntry("queue_size", 502L).containsEntry("failed", 3L);

        admin.deleteTopics(List.of("hissrv.a")).all().get();
        await()
            .atMost(Duration.ofSeconds(20))
            .untilAsserted(() -> assertThat(figures(probe)).isEqualTo(figures(0, 0, 3, null)));

        broker.kill();
        assertThatThrownBy(probe::check).isInstanceOf(Exception.class);
        broker.restart();
        await()
            .atMost(Duration.ofSeconds(40))
            .ignoreExceptions()
            .untilAsserted(() -> assertThat(figures(probe)).containsEntry("failed", 3L));
      }
    }
  }

  private static Map<String, @Nullable Object> figures(KafkaProbe probe) throws Exception {
    Report report = probe.check();
    assertThat(report.up()).isTrue();
    Map<String, @Nullable Object> figures = new HashMap<>(report.detail());
    assertThat(figures.remove("brokers")).isEqualTo(1);
    assertThat(figures.remove("consumer_group")).isEqualTo("connect-sink");
    return figures;
  }

  private static Map<String, @Nullable Object> figures(
      long processed, long queued, long failed, @Nullable String lastSync) {
    Map<String, @Nullable Object> figures = new HashMap<>();
    figures.put("processed", processed);
    figures.put("queue_size", queued);
    figures.put("failed", failed);
    figures.put("last_sync", lastSync);
    return figures;
  }

  private static void commit(Admin admin, Map<TopicPartition, Long> offsets) throws Exception {
    Map<TopicPartition, OffsetAndMetadata> request = new HashMap<>();
    offsets.forEach((partition, offset) -> request.put(partition, new OffsetAndMetadata(offset)));
    admin.alterConsumerGroupOffsets("connect-sink", request).all().get();
  }

  private static void send(
      KafkaBroker broker, String id, boolean transaction, int partition, int count, long time) {
    send(broker, id, transaction, "hissrv.a", partition, count, time);
  }

  private static void send(
      KafkaBroker broker,
      String id,
      boolean transaction,
      String topic,
      int partition,
      int count,
      long time) {
    Map<String, Object> config = new HashMap<>();
    config.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers());
    if (transaction) {
      config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, id);
    }
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      if (transaction) {
        producer.initTransactions();
        producer.beginTransaction();
      }
      for (int i = 0; i < count; i++) {
        var unused = producer.send(new ProducerRecord<>(topic, partition, time + i, "k", "v" + i));
      }
      if (transaction) {
        producer.commitTransaction();
      }
      producer.flush();
    }
  }
}

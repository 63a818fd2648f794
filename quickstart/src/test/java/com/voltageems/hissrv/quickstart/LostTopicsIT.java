package com.voltageems.hissrv.quickstart;

import static com.voltageems.hissrv.quickstart.HistorySystem.SINK;
import static com.voltageems.hissrv.quickstart.HistorySystem.SOURCE;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.quickstart.site.Connectors;
import com.voltageems.hissrv.quickstart.site.Expect;
import com.voltageems.hissrv.quickstart.site.PendingElements;
import com.voltageems.hissrv.quickstart.site.QueryService;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import com.voltageems.hissrv.testkit.Parts;
import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.QuestDb;
import com.voltageems.hissrv.testkit.RedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import okhttp3.tls.HeldCertificate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Topics that are deleted under a running pipeline, on a broker that creates none by itself, a
 * topic that takes no large records any more, and one that gets more partitions: each trouble is
 * told by name, and no element of a list is lost.
 */
class LostTopicsIT {
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private final Installation installation = Installation.find();
  @RegisterExtension final Parts parts = new Parts();
  private final Map<Long, Double> pushed = new TreeMap<>();
  private HistoryClient history;
  private RedisServer redis;
  private KafkaBroker kafka;
  private ConnectWorker worker;

  @TempDir Path dir;

  @BeforeEach
  void start() throws Exception {
    redis = parts.add(RedisServer.start(dir.resolve("redis")));
    QuestDb database = parts.add(QuestDb.prepare(dir.resolve("questdb")));
    HeldCertificate signer = new HeldCertificate.Builder().certificateAuthority(0).build();
    // A broker that creates no topics; nobody comes by TLS here.
    kafka =
        parts.add(
            KafkaBroker.startSecured(
                dir.resolve("kafka"),
                KafkaBroker.Login.PLAIN,
                Map.of("nobody", "no-password"),
                signer.privateKeyPkcs8Pem() + signer.certificatePem(),
                signer.certificatePem()));
    worker =
        parts.add(
            ConnectWorker.start(
                dir.resolve("connect"),
                kafka.bootstrapServers(),
                List.of(installation.sourceArchive(), installation.sinkArchive()),
                Map.of(
                    "consumer.metadata.max.age.ms",
                    "2000",
                    "producer.metadata.max.age.ms",
                    "5000")));
    database.awaitReady();
    worker.submit(SOURCE, Connectors.source(installation, redis));
    worker.submit(SINK, Connectors.sink(installation, database));
    int port = Ports.free();
    history = new HistoryClient("http://127.0.0.1:" + port);
    Path config =
        Files.writeString(
            dir.resolve("query-service.yml"),
            QueryService.settings(
                port, database, kafka.bootstrapServers(), worker.url(), Duration.ofSeconds(5)));
    parts.add(QueryService.start(installation, config, port));
    pushed.putAll(PendingElements.pushFew(redis, "lost", 0));
    awaitAll();
  }

  @Test
  void deletedTopics_areNamed_andNoElementIsLost() throws Exception {
    // Told within seconds of stuck.after.ms, which is a minute by default.
    delete("hissrv.pending");
    pushed.putAll(PendingElements.pushFew(redis, "lost", 0));
    Expect.told(history, "source", "degraded", "there is no topic", "hissrv.pending");
    pushed.putAll(PendingElements.pushFew(redis, "lost", 0));
    worker.send("POST", "/connectors/" + SOURCE + "/tasks/0/restart", null);
    awaitAll();

    delete("hissrv-status");
    Expect.told(history, "source", "degraded", "there is no topic hissrv-status");
    create("hissrv-status");
    pushed.putAll(PendingElements.pushFew(redis, "lost", 0));
    awaitAll();

    delete("hissrv-dead-letters");
    sendWhatIsNoSample();
    pushed.putAll(PendingElements.pushFew(redis, "lost", 0));
    Expect.told(history, "sink", "degraded", "hissrv-dead-letters");
    create("hissrv-dead-letters");
    awaitAll();
    await()
        .atMost(LIMIT)
        .ignoreExceptions()
        .until(() -> history.get("/status").path("failed").asLong() == 1);
  }

  @Test
  void recordsThatATopicDoesNotTake_failTheTask_andNoElementIsLost() throws Exception {
    bound("1000");
    pushed.putAll(PendingElements.pushFew(redis, "lost", 2000));
    Expect.told(history, "connect", "down", SOURCE + " task 0 is FAILED: ", "max.message.bytes");
    bound("1000000");
    // The service starts again by itself what failed.
    awaitAll();
  }

  @Test
  void topicThatGetsMorePartitions_losesNothing() throws Exception {
    try (Admin admin = admin()) {
      admin.createPartitions(Map.of("hissrv.pending", NewPartitions.increaseTo(12))).all().get();
    }
    Map<String, Map<Long, Double>> runs = new TreeMap<>();
    // The source's producer learns of them after metadata.max.age.ms.
    await("a record in a new partition")
        .atMost(LIMIT)
        .ignoreExceptions()
        .until(
            () -> {
              String run = "more" + runs.size();
              runs.put(run, PendingElements.pushFew(redis, run, 0));
              return hasRecordsBeyond(2);
            });
    runs.forEach(
        (run, values) -> Expect.points(history, "e2e", Map.of("run", run), "value", values));
    awaitAll();
  }

  private boolean hasRecordsBeyond(int partition) throws Exception {
    try (Admin admin = admin()) {
      Map<TopicPartition, OffsetSpec> ends =
          IntStream.range(partition, 12)
              .boxed()
              .collect(
                  Collectors.toMap(
                      i -> new TopicPartition("hissrv.pending", i), i -> OffsetSpec.latest()));
      return admin.listOffsets(ends).all().get().values().stream()
          .anyMatch(end -> end.offset() > 0);
    }
  }

  /** Everything is in the database, and nobody complains. */
  private void awaitAll() {
    Expect.points(history, "e2e", Map.of("run", "lost"), "value", pushed);
    Expect.up(history);
  }

  private Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
  }

  private void delete(String topic) throws Exception {
    try (Admin admin = admin()) {
      admin.deleteTopics(List.of(topic)).all().get();
    }
  }

  private void create(String topic) throws Exception {
    try (Admin admin = admin()) {
      admin
          .createTopics(List.of(new NewTopic(topic, Optional.of(1), Optional.empty())))
          .all()
          .get();
    }
  }

  private void bound(String bytes) throws Exception {
    try (Admin admin = admin()) {
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.TOPIC, "hissrv.pending"),
                  List.of(
                      new AlterConfigOp(
                          new ConfigEntry("max.message.bytes", bytes), AlterConfigOp.OpType.SET))))
          .all()
          .get();
    }
  }

  private void sendWhatIsNoSample() {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer())) {
      var unused = producer.send(new ProducerRecord<>("hissrv.pending", "no sample", "{"));
      producer.flush();
    }
  }
}

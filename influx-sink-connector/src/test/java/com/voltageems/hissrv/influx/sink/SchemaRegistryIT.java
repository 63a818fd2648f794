package com.voltageems.hissrv.influx.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import com.voltageems.hissrv.testkit.ServerProcess;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Avro, and JSON with schemas: written by Apicurio's serializers and read in a real worker by its
 * converters. The registry is simulated: only its API.
 */
@Timeout(900)
class SchemaRegistryIT {
  private static final Duration LONG = Duration.ofMinutes(3);
  private static final Path FILES = Path.of("../connect-configs");
  private static final String CONVERTERS = "io.apicurio.registry.utils.converter.";

  @TempDir static Path dir;
  private static ScriptedRegistry registry;
  private static KafkaBroker broker;
  private static ConnectWorker worker;
  private final FaultyServer database = new FaultyServer();

  @BeforeAll
  static void start() throws IOException {
    registry = new ScriptedRegistry();
    broker = KafkaBroker.start(dir.resolve("kafka"));
    Path converters = dir.resolve("converters");
    Path plugin = Files.createDirectories(converters.resolve("apicurio"));
    for (String jar : resource("apicurio-converters.classpath").split(File.pathSeparator, -1)) {
      Path file = Path.of(jar);
      // Connect's own JSON classes, which the JSON converter calls, use the worker's Jackson.
      if (!file.getFileName().toString().startsWith("jackson-")) {
        Files.createSymbolicLink(plugin.resolve(file.getFileName()), file);
      }
    }
    worker =
        ConnectWorker.prepare(
            dir.resolve("connect"),
            broker.bootstrapServers(),
            List.of(Path.of("target/voltageems-influx-sink-connector-0.1.0-SNAPSHOT.zip")),
            Map.of(
                // Apicurio's converters of this version have no service manifest.
                "plugin.discovery",
                "hybrid_warn",
                "plugin.path",
                dir.resolve("connect/plugins").toAbsolutePath()
                    + ","
                    + converters.toAbsolutePath()));
    produce();
    worker.awaitReady();
  }

  private static void produce() {
    try (ServerProcess producer =
        ServerProcess.startJvm(
            "producer",
            resource("apicurio-producer.classpath")
                + File.pathSeparator
                + Path.of("../testkit/apicurio/target/classes").toAbsolutePath(),
            List.of("-Xmx256m"),
            Map.of(),
            "com.voltageems.hissrv.testkit.apicurio.ApicurioProducer",
            List.of(broker.bootstrapServers(), registry.url()),
            dir.resolve("producer.log"))) {
      await().atMost(LONG).until(() -> !producer.isAlive());
      // Kafka's client logs exceptions of its own from which it recovers.
      assertThat(producer.tail()).doesNotContain("Exception in thread");
    }
  }

  private static String resource(String name) {
    try (InputStream in =
        Objects.requireNonNull(ServerProcess.class.getResourceAsStream(name), name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).trim();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @AfterAll
  static void stop() {
    worker.close();
    broker.close();
    registry.close();
  }

  @AfterEach
  void stopDatabase() {
    database.close();
  }

  private List<String> lines(String topic, String converter, int count, String... more) {
    Map<String, String> config = new TreeMap<>();
    config.put("connector.class", InfluxSinkConnector.class.getName());
    config.put("topics", topic);
    config.put("influxdb.bucket", "ems");
    config.put("record.format", "any");
    config.put("value.converter", CONVERTERS + converter);
    config.put("errors.tolerance", "all");
    config.put("errors.deadletterqueue.topic.name", topic + "-dead");
    config.put("errors.deadletterqueue.topic.replication.factor", "-1");
    config.put("errors.log.enable", "true");
    for (int i = 0; i < more.length; i += 2) {
      config.put(more[i], more[i + 1]);
    }
    return lines("sink-" + topic, config, count);
  }

  private List<String> lines(String name, Map<String, String> config, int count) {
    config.put("influxdb.url", database.url());
    config.put("value.converter.apicurio.registry.url", registry.url());
    worker.submit(name, config);
    await()
        .atMost(LONG)
        .untilAsserted(
            () -> {
              assertThat(database.stored)
                  .as("%s", worker.status(name))
                  .hasSizeGreaterThanOrEqualTo(count);
            });
    worker.delete(name);
    assertThat(registry.unknown).as("calls of the registry that are not played").isEmpty();
    return List.copyOf(database.stored);
  }

  @Test
  void avro_logicalTypesUnionsMapsArraysEnumsAndBytes() {
    assertThat(
            lines(
                "meters-avro",
                "AvroConverter",
                2,
                "mapping.measurement",
                "meter",
                "mapping.tags",
                "id=meter.id,kind=meter.kind,site",
                "mapping.timestamp",
                "at",
                "mapping.fields",
                "at_us,counter,price,day,clock=time,power,state=state.string,on=state.boolean,"
                    + "u0=phases[0].u,i1=phases[1].i,high=limits.high,raw",
                "field.types",
                "counter:integer,raw:string"))
        .containsExactly(
            "meter,id=7,kind=pv,site=north at_us=1.700000000000123E15,clock=80000000,"
                + "counter=9007199254740993i,day=1.69992E12,high=250,i1=2.5,power=4.25,"
                + "price=12345.6,raw=\"QUI=\",state=\"running\",u0=230.1 1700000000000000000",
            "meter,id=7,kind=pv at_us=1.700000001000123E15,clock=80000000,"
                + "counter=9007199254740993i,day=1.69992E12,high=250,i1=2.5,on=true,"
                + "price=12345.6,raw=\"QUI=\",u0=230.1 1700000001000000000");
  }

  @Test
  void avro_debeziumsChangeEvents() {
    assertThat(
            lines(
                "cdc-avro",
                "AvroConverter",
                2,
                "mapping.measurement",
                "${envelope.source.table}",
                "mapping.envelope",
                "debezium",
                "mapping.deleted",
                "ignore",
                "null.values",
                "ignore",
                "mapping.tags",
                "id,op=envelope.op",
                "mapping.timestamp",
                "changed",
                "mapping.timestamp.format",
                "us"))
        .containsExactly(
            "setpoints,id=3,op=c setpoint=20.5 1700000000000007000",
            "setpoints,id=3,op=u setpoint=21 1700000001000007000");
  }

  @Test
  void json_withItsSchemaInTheRegistry() {
    assertThat(
            lines(
                "meters-json",
                "ExtJsonConverter",
                1,
                "mapping.measurement",
                "meter",
                "mapping.tags",
                "id=meter.id,kind=meter.kind,site=${site|none}",
                "mapping.timestamp",
                "at",
                "mapping.fields",
                "counter,price,power,u0=phases[0].u,high=limits.high",
                "field.types",
                "counter:integer"))
        .containsExactly(
            "meter,id=7,kind=pv,site=none counter=9007199254740993i,high=250,power=4.25,"
                + "price=12345.6,u0=230.1 1700000000000000000");
  }

  @Test
  void shippedFile_isTaken() throws IOException {
    Map<String, String> config = new TreeMap<>();
    JsonNode shipped =
        new ObjectMapper().readTree(FILES.resolve("influx-sink-avro.json").toFile()).path("config");
    shipped.properties().forEach(each -> config.put(each.getKey(), each.getValue().asText()));
    assertThat(lines("shipped", config, 2))
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).startsWith("meter,id=7,"));
  }
}

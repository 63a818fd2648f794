package com.voltageems.hissrv.quickstart;

import com.voltageems.hissrv.testkit.ConnectRest;
import com.voltageems.hissrv.testkit.ConnectWorker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.testcontainers.containers.Container;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/**
 * On the images that {@code deploy/compose} names, with InfluxDB 2: the worker has the unpacked
 * archives, the service the jar.
 */
final class ContainerSite implements WholeSite {
  private static final String CONFIG = "/etc/hissrv/";
  private static final String JAR = "/opt/hissrv/query-service.jar";
  private static final String TOKEN = "quickstart-token";

  private final Network network = Network.newNetwork();
  private final KafkaContainer kafka =
      new KafkaContainer(DockerImageName.parse("apache/kafka:4.2.2"))
          .withNetwork(network)
          .withListener("kafka:19092");
  private final GenericContainer<?> redis =
      new GenericContainer<>("redis:7-alpine")
          .withNetwork(network)
          .withNetworkAliases("redis")
          .withExposedPorts(6379);
  private final GenericContainer<?> influxDb =
      new GenericContainer<>("influxdb:2.7")
          .withNetwork(network)
          .withNetworkAliases("influxdb")
          .withExposedPorts(8086)
          .withEnv("DOCKER_INFLUXDB_INIT_MODE", "setup")
          .withEnv("DOCKER_INFLUXDB_INIT_USERNAME", "hissrv")
          .withEnv("DOCKER_INFLUXDB_INIT_PASSWORD", "quickstart-password")
          .withEnv("DOCKER_INFLUXDB_INIT_ADMIN_TOKEN", TOKEN)
          .withEnv("DOCKER_INFLUXDB_INIT_ORG", "voltage")
          .withEnv("DOCKER_INFLUXDB_INIT_BUCKET", "ems")
          .waitingFor(Wait.forHttp("/health").forStatusCode(200));
  private final GenericContainer<?> worker;
  private final GenericContainer<?> service;

  /** Starts all but the service, which waits for its file. */
  ContainerSite(Installation installation, Path dir) throws IOException {
    Path plugins = dir.resolve("plugins");
    ConnectWorker.unpack(
        List.of(installation.sourceArchive(), installation.sinkArchive()), plugins);
    worker =
        new GenericContainer<>("apache/kafka:4.3.1")
            .withNetwork(network)
            .withNetworkAliases("connect")
            .withExposedPorts(8083)
            .withEnv("INFLUXDB_TOKEN", TOKEN)
            .withCopyFileToContainer(MountableFile.forHostPath(plugins), "/opt/kafka/plugins")
            .withCopyToContainer(Transferable.of(WORKER), CONFIG + "worker.properties")
            .withCommand("/opt/kafka/bin/connect-distributed.sh", CONFIG + "worker.properties")
            .dependsOn(kafka)
            .waitingFor(
                Wait.forHttp("/connectors")
                    .forStatusCode(200)
                    .withStartupTimeout(Duration.ofMinutes(3)));
    // The command runs in here before the service does: so it waits for the file.
    service =
        new GenericContainer<>("eclipse-temurin:17-jre-alpine")
            .withNetwork(network)
            .withExposedPorts(8082)
            .withEnv("INFLUXDB_TOKEN", TOKEN)
            .withCopyFileToContainer(MountableFile.forHostPath(installation.queryServiceJar()), JAR)
            .withCommand(
                "sh",
                "-c",
                "mkdir -p /etc/hissrv; until [ -e /tmp/start ]; do sleep 1; done;"
                    + " exec java -Xmx256m -jar "
                    + JAR
                    + " --config $(cat /tmp/start)")
            .waitingFor(Wait.forSuccessfulCommand("true"));
    try {
      Startables.deepStart(redis, influxDb, worker, service).join();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private static final String WORKER =
      """
      bootstrap.servers=kafka:19092
      group.id=hissrv-connect
      key.converter=org.apache.kafka.connect.storage.StringConverter
      value.converter=org.apache.kafka.connect.json.JsonConverter
      value.converter.schemas.enable=false
      offset.storage.topic=hissrv-connect-offsets
      config.storage.topic=hissrv-connect-configs
      status.storage.topic=hissrv-connect-status
      offset.storage.replication.factor=1
      config.storage.replication.factor=1
      status.storage.replication.factor=1
      offset.flush.interval.ms=1000
      exactly.once.source.support=enabled
      listeners=http://0.0.0.0:8083
      rest.advertised.host.name=connect
      plugin.path=/opt/kafka/plugins
      plugin.discovery=service_load
      consumer.metadata.max.age.ms=5000
      config.providers=env
      config.providers.env.class=org.apache.kafka.common.config.provider.EnvVarConfigProvider
      """;

  @Override
  public String addresses() {
    return """
    redis:
      url: redis://redis:6379
    influxdb:
      url: http://influxdb:8086
      token: ${INFLUXDB_TOKEN}
      org: voltage
      bucket: ems
    kafka:
      bootstrap_servers: kafka:19092
    api:
      host: 0.0.0.0
      port: 8082
    connect:
      url: ["http://127.0.0.1:1", "http://connect:8083"]
    """;
  }

  @Override
  public String redisOfWorker() {
    return "redis://redis:6379";
  }

  @Override
  public String redis() {
    return "redis://" + redis.getHost() + ":" + redis.getMappedPort(6379);
  }

  @Override
  public ConnectRest connect() {
    return new ConnectRest("http://" + worker.getHost() + ":" + worker.getMappedPort(8083));
  }

  @Override
  public Map<String, String> theirSink() {
    Map<String, String> config = Installation.find().connectorConfig("influx-sink.json");
    config.put("influxdb.url", "http://influxdb:8086");
    return config;
  }

  @Override
  public Ended run(Path file, String... args) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("java", "-Xmx128m", "-jar", JAR));
    command.addAll(List.of(args));
    command.add(copied(file));
    Container.ExecResult result = service.execInContainer(command.toArray(String[]::new));
    return new Ended(result.getExitCode(), result.getStdout() + result.getStderr());
  }

  private String copied(Path file) {
    String there = CONFIG + file.getFileName();
    service.copyFileToContainer(MountableFile.forHostPath(file), there);
    return there;
  }

  @Override
  public String service() {
    return "http://" + service.getHost() + ":" + service.getMappedPort(8082);
  }

  @Override
  public void startService(Path file) {
    service.copyFileToContainer(Transferable.of(copied(file)), "/tmp/start");
    Wait.forHttp("/measurements")
        .forPort(8082)
        .forStatusCode(200)
        .withStartupTimeout(Duration.ofMinutes(1))
        .waitUntilReady(service);
  }

  @Override
  public String post(String path) throws IOException, InterruptedException {
    return service
        .execInContainer(
            "wget", "-q", "-O", "-", "-T", "90", "--post-data=", "http://127.0.0.1:8082" + path)
        .getStdout();
  }

  @Override
  public void close() {
    for (GenericContainer<?> part : List.of(service, worker, influxDb, redis, kafka)) {
      part.stop();
    }
    network.close();
  }
}

package com.voltageems.hissrv.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A real Kafka broker (KRaft) in its own JVM; all but a {@link #second} are controllers, too. */
public final class KafkaBroker extends LocalServer {
  private static final String CLASS_PATH = "kafka-broker.classpath";
  private static final String CLUSTER_ID = "MkU3OEVBNTcwNTJENDM2Qg";
  private static final List<String> JVM = List.of("-Xms64m", "-Xmx384m", "-XX:+UseSerialGC");

  private final Path dir;
  private final int port;
  private final int loginPort;
  private final String voters;
  private final List<String> jvmOptions;
  private Map<String, String> environment = Map.of();

  private KafkaBroker(Path dir, int port, int loginPort, String voters, List<String> jvmOptions) {
    super(Duration.ofMinutes(3));
    this.dir = dir;
    this.port = port;
    this.loginPort = loginPort;
    this.voters = voters;
    this.jvmOptions = List.copyOf(jvmOptions);
  }

  /**
   * A broker's part in its cluster.
   *
   * @param id 1 for the first
   * @param controllerPort negative if it is no controller
   * @param voters {@code controller.quorum.voters}
   * @param copies of each partition; a write waits for all but one of several
   */
  private record Node(int id, int controllerPort, String voters, int copies) {}

  /** Starts a broker on free ports with its log in {@code dir}; topics are created on first use. */
  public static KafkaBroker start(Path dir) {
    return start(dir, List.of());
  }

  /**
   * Does the same as {@link #start(Path)}.
   *
   * @param jvmOptions options that are added to those of the broker's JVM and override them
   */
  public static KafkaBroker start(Path dir, List<String> jvmOptions) {
    return start(dir, jvmOptions, List.of(), null);
  }

  /**
   * Does the same as {@link #start(Path)}.
   *
   * @param settings lines for {@code server.properties}
   * @param environment variables of the broker's process
   */
  public static KafkaBroker start(Path dir, String settings, Map<String, String> environment) {
    int port = Ports.free();
    KafkaBroker broker =
        prepare(dir, List.of(), List.of(), null, new Node(1, port, voter(1, port), 1));
    try {
      Files.writeString(dir.resolve("server.properties"), settings, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    broker.environment = Map.copyOf(environment);
    broker.restart();
    return broker;
  }

  /** Starts a second broker of this one's cluster, with its log in {@code dir}. */
  public KafkaBroker second(Path dir) {
    KafkaBroker broker =
        prepare(dir, jvmOptions, List.of(), null, new Node(2, -1, voters, /* copies= */ 1));
    broker.restart();
    return broker;
  }

  /**
   * Starts a cluster, each broker with its log in a folder of {@code dir}. Every partition has a
   * copy on each broker, and takes writes while at most one of them is away.
   */
  public static List<KafkaBroker> startCluster(Path dir, int brokers) {
    List<Integer> ports = IntStream.range(0, brokers).mapToObj(i -> Ports.free()).toList();
    String voters =
        IntStream.range(0, brokers)
            .mapToObj(i -> voter(i + 1, ports.get(i)))
            .collect(Collectors.joining(","));
    List<KafkaBroker> cluster = new ArrayList<>();
    for (int i = 0; i < brokers; i++) {
      cluster.add(
          prepare(
              dir.resolve("broker-" + (i + 1)),
              List.of(),
              List.of(),
              null,
              new Node(i + 1, ports.get(i), voters, brokers)));
    }
    // They wait for one another.
    cluster.forEach(KafkaBroker::relaunch);
    cluster.forEach(KafkaBroker::awaitReady);
    return cluster;
  }

  private static String voter(int id, int port) {
    return id + "@127.0.0.1:" + port;
  }

  /** How clients log in; always over TLS. */
  public enum Login {
    PLAIN("SASL_SSL"),
    SCRAM_SHA_512("SASL_SSL"),
    /** By a certificate; its common name is the user's name. */
    CERTIFICATE("SSL");

    private final String protocol;

    Login(String protocol) {
      this.protocol = protocol;
    }

    private String settings(Map<String, String> passwords, Path trust) {
      StringBuilder users = new StringBuilder();
      passwords.forEach(
          (user, password) ->
              users.append(" user_").append(user).append("=\"").append(password).append('"'));
      return switch (this) {
        case PLAIN ->
            """
            sasl.enabled.mechanisms=PLAIN
            listener.name.login.plain.sasl.jaas.config=\
              org.apache.kafka.common.security.plain.PlainLoginModule required%s;
            """
                .formatted(users);
        case SCRAM_SHA_512 ->
            """
            sasl.enabled.mechanisms=SCRAM-SHA-512
            listener.name.login.scram-sha-512.sasl.jaas.config=\
              org.apache.kafka.common.security.scram.ScramLoginModule required;
            """;
        case CERTIFICATE ->
            """
            listener.name.login.ssl.client.auth=required
            listener.name.login.ssl.truststore.type=PEM
            listener.name.login.ssl.truststore.location=%s
            listener.name.login.ssl.principal.mapping.rules=RULE:^CN=([^,]+).*$/$1/,DEFAULT
            """
                .formatted(trust);
      };
    }
  }

  /**
   * Does the same as {@link #start(Path)}, with a second listener ({@link #loginServers()}) over
   * TLS for users that log in; a user may do only what an ACL allows. Clients of {@link
   * #bootstrapServers()} may do everything. No topic is created on first use.
   *
   * @param passwords by user, for logins with a password
   * @param pem the listener's private key and certificate
   * @param trust the certificates of those who sign the users' certificates
   */
  public static KafkaBroker startSecured(
      Path dir, Login login, Map<String, String> passwords, String pem, String trust) {
    Path own = dir.resolve("broker.pem").toAbsolutePath();
    Path signer = dir.resolve("users.pem").toAbsolutePath();
    try {
      Files.createDirectories(dir);
      Files.writeString(own, pem);
      Files.writeString(signer, trust);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> users = new ArrayList<>();
    if (login == Login.SCRAM_SHA_512) {
      passwords.forEach(
          (user, password) ->
              users.addAll(
                  List.of(
                      "--add-scram",
                      "SCRAM-SHA-512=[name=%s,password=%s]".formatted(user, password))));
    }
    return start(
        dir,
        List.of(),
        users,
        """
        listener.security.protocol.map=\
          PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,LOGIN:%s
        authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
        super.users=User:ANONYMOUS
        auto.create.topics.enable=false
        listener.name.login.ssl.keystore.type=PEM
        listener.name.login.ssl.keystore.location=%s
        """
                .formatted(login.protocol, own)
            + login.settings(passwords, signer));
  }

  private static KafkaBroker start(
      Path dir, List<String> jvmOptions, List<String> users, @Nullable String security) {
    int port = Ports.free();
    KafkaBroker broker =
        prepare(dir, jvmOptions, users, security, new Node(1, port, voter(1, port), 1));
    broker.restart();
    return broker;
  }

  /**
   * Writes the configuration and formats the storage.
   *
   * @param users options for the tool that formats the storage
   */
  private static KafkaBroker prepare(
      Path dir, List<String> jvmOptions, List<String> users, @Nullable String security, Node node) {
    int port = Ports.free();
    int loginPort = security == null ? -1 : Ports.free();
    boolean controller = node.controllerPort() >= 0;
    Path config = dir.resolve("server.properties");
    try {
      Files.createDirectories(dir);
      Files.writeString(
          config,
          """
          process.roles=%6$s
          node.id=%7$d
          controller.quorum.voters=%2$s
          listeners=PLAINTEXT://127.0.0.1:%1$d%8$s%4$s
          advertised.listeners=PLAINTEXT://127.0.0.1:%1$d%4$s
          controller.listener.names=CONTROLLER
          log.dirs=%3$s
          num.partitions=2
          num.network.threads=2
          num.io.threads=2
          default.replication.factor=%9$d
          min.insync.replicas=%10$d
          offsets.topic.replication.factor=%9$d
          offsets.topic.num.partitions=2
          transaction.state.log.replication.factor=%9$d
          transaction.state.log.min.isr=%10$d
          transaction.state.log.num.partitions=2
          group.initial.rebalance.delay.ms=0
          log.cleaner.dedupe.buffer.size=8388608
          %5$s"""
              .formatted(
                  port,
                  node.voters(),
                  dir.resolve("log").toAbsolutePath(),
                  security == null ? "" : ",LOGIN://127.0.0.1:" + loginPort,
                  security == null
                      ? "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT\n"
                      : security,
                  controller ? "broker,controller" : "broker",
                  node.id(),
                  controller ? ",CONTROLLER://127.0.0.1:" + node.controllerPort() : "",
                  node.copies(),
                  Math.max(1, node.copies() - 1)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String classPath = ServerProcess.classPath(CLASS_PATH);
    ServerProcess format =
        ServerProcess.startJvm(
            "kafka-storage",
            classPath,
            List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            Map.of(),
            "kafka.tools.StorageTool",
            Stream.concat(
                    Stream.of(
                        "format", "--ignore-formatted", "-t", CLUSTER_ID, "-c", config.toString()),
                    users.stream())
                .toList(),
            dir.resolve("storage.log"));
    ServerProcess.await(
        "the broker's storage to be formatted", Duration.ofMinutes(3), () -> !format.isAlive());
    return new KafkaBroker(dir, port, loginPort, node.voters(), jvmOptions);
  }

  @Override
  ServerProcess launch() {
    List<String> options = new ArrayList<>(JVM);
    options.addAll(jvmOptions);
    return ServerProcess.startJvm(
        "kafka",
        ServerProcess.classPath(CLASS_PATH),
        options,
        environment,
        "kafka.Kafka",
        List.of(dir.resolve("server.properties").toString()),
        dir.resolve("kafka.log"));
  }

  @Override
  boolean answers() {
    return Ports.isOpen(port) && (loginPort < 0 || Ports.isOpen(loginPort));
  }

  /** Returns {@code 127.0.0.1:port}, for {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  /** Returns the same for the listener for users that log in; only for a secured broker. */
  public String loginServers() {
    return "127.0.0.1:" + loginPort;
  }
}

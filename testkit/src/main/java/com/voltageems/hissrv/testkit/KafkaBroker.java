package com.voltageems.hissrv.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A real Kafka broker (KRaft) in its own JVM; the first of a cluster is the controller, too. */
public final class KafkaBroker extends LocalServer {
  private static final String CLASS_PATH = "kafka-broker.classpath";
  private static final String CLUSTER_ID = "MkU3OEVBNTcwNTJENDM2Qg";
  private static final List<String> JVM = List.of("-Xms64m", "-Xmx384m", "-XX:+UseSerialGC");

  private final Path dir;
  private final int port;
  private final int loginPort;
  private final int controllerPort;
  private final List<String> jvmOptions;

  private KafkaBroker(
      Path dir, int port, int loginPort, int controllerPort, List<String> jvmOptions) {
    super(Duration.ofMinutes(3));
    this.dir = dir;
    this.port = port;
    this.loginPort = loginPort;
    this.controllerPort = controllerPort;
    this.jvmOptions = List.copyOf(jvmOptions);
  }

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
    return start(dir, jvmOptions, List.of(), null, null);
  }

  /** Starts a second broker of this one's cluster, with its log in {@code dir}. */
  public KafkaBroker second(Path dir) {
    return start(dir, jvmOptions, List.of(), null, this);
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
            + login.settings(passwords, signer),
        null);
  }

  /**
   * @param users options for the tool that formats the storage
   * @param first the cluster's first broker; null if this is it
   */
  private static KafkaBroker start(
      Path dir,
      List<String> jvmOptions,
      List<String> users,
      @Nullable String security,
      @Nullable KafkaBroker first) {
    int port = Ports.free();
    int loginPort = security == null ? -1 : Ports.free();
    int controllerPort = first == null ? Ports.free() : first.controllerPort;
    Path config = dir.resolve("server.properties");
    try {
      Files.createDirectories(dir);
      Files.writeString(
          config,
          """
          process.roles=%6$s
          node.id=%7$d
          controller.quorum.voters=1@127.0.0.1:%2$d
          listeners=PLAINTEXT://127.0.0.1:%1$d%8$s%4$s
          advertised.listeners=PLAINTEXT://127.0.0.1:%1$d%4$s
          controller.listener.names=CONTROLLER
          log.dirs=%3$s
          num.partitions=2
          num.network.threads=2
          num.io.threads=2
          offsets.topic.replication.factor=1
          offsets.topic.num.partitions=2
          transaction.state.log.replication.factor=1
          transaction.state.log.min.isr=1
          transaction.state.log.num.partitions=2
          group.initial.rebalance.delay.ms=0
          log.cleaner.dedupe.buffer.size=8388608
          %5$s"""
              .formatted(
                  port,
                  controllerPort,
                  dir.resolve("log").toAbsolutePath(),
                  security == null ? "" : ",LOGIN://127.0.0.1:" + loginPort,
                  security == null
                      ? "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT\n"
                      : security,
                  first == null ? "broker,controller" : "broker",
                  first == null ? 1 : 2,
                  first == null ? ",CONTROLLER://127.0.0.1:" + controllerPort : ""));
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
    KafkaBroker broker = new KafkaBroker(dir, port, loginPort, controllerPort, jvmOptions);
    broker.restart();
    return broker;
  }

  @Override
  ServerProcess launch() {
    List<String> options = new ArrayList<>(JVM);
    options.addAll(jvmOptions);
    return ServerProcess.startJvm(
        "kafka",
        ServerProcess.classPath(CLASS_PATH),
        options,
        Map.of(),
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

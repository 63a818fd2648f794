package com.voltageems.hissrv.query.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.query.site.compile.Compiled;
import com.voltageems.hissrv.query.site.compile.ConnectorSpec;
import com.voltageems.hissrv.query.site.compile.Entry;
import com.voltageems.hissrv.query.site.compile.SiteCompiler;
import com.voltageems.hissrv.query.site.yaml.BadFileException;
import com.voltageems.hissrv.query.tls.ConnectTls;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SiteFileTest {
  @TempDir Path dir;
  private final Map<String, String> env = new HashMap<>();
  private Path file;

  @BeforeEach
  void name() {
    file = dir.resolve("hissrv.yml");
  }

  private Compiled compile(String yaml, SiteCompiler.For purpose)
      throws IOException, BadFileException {
    Files.writeString(file, yaml);
    return new SiteFile(file, env).compile(purpose);
  }

  private Compiled compile(String yaml) throws IOException, BadFileException {
    return compile(yaml, SiteCompiler.For.COMMAND);
  }

  private static Map<String, String> source(Compiled compiled) {
    return compiled.connectors().get(0).config();
  }

  private static Map<String, String> sink(Compiled compiled) {
    return compiled.connectors().get(1).config();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "'influxdb:\n  tokn: x'; '2:3: influxdb.tokn: unknown key; did you mean"
            + " influxdb.token?'",
        "'polling_interval: 5s';"
            + " '1:1: polling_interval: unknown key; did you mean service.polling_interval?'",
        "'service:\n  polling_interval: 5'; '2:21: service.polling_interval: \"5\" cannot be used:"
            + " needs a duration from 10ms to 1h, such as 5s, 1m, 1h'",
        "'api:\n  port: 80820';"
            + " 2:9: api.port: \"80820\" cannot be used: needs a number from 0 to 65535",
        "'redis:\n\turl: x'; '2:1: not YAML: found character ''\\t(TAB)'' that cannot start any"
            + " token. (Do not use \\t(TAB) for indentation); indent by blanks'",
        "'redis: {}\nredis: {}'; '2:1: redis: stands here again, first in line 1'",
        "'redis: [a]'; '1:8: redis: needs keys, such as url: …'",
        "'influxdb:\n  url: ${NO_SUCH}'; '2:8: influxdb.url: the environment has no NO_SUCH; set"
            + " it, or write ${NO_SUCH:a default}'",
        "'influxdb:\n  version: 1\n  token: t'; '3:10: influxdb.token: is not used with version: 1;"
            + " database, username and password are'",
        "'questdb: {url: \"http://q:1\"}\ninfluxdb: {url: \"http://i:1\"}'; '1:10: questdb: cannot"
            + " be there beside influxdb: one database keeps the history'",
        "'mappings:\n  - source_pattern: \"a:(\"\n    measurement: m'; '2:21:"
            + " mappings[0].source_pattern: \"a:(\" cannot be used: is not a Java regular"
            + " expression: Unclosed group near index 3'",
        "'mappings:\n  - measurement: m'; '2:5: mappings[0].source_pattern: is missing: Regular"
            + " expression that the whole key of Redis has to match. Hashes that match are read,"
            + " whether or not data_patterns has them.'",
        "'mappings:\n  - source_pattern: .*\n    measurement: m'; '2:21:"
            + " mappings[0].source_pattern: \".*\" cannot be used: does not say what the keys begin"
            + " with, so that every key of Redis would be read'",
        "'aggregation:\n  intervals:\n    - name: 1m\n      interval: 61s'; '4:17:"
            + " aggregation.intervals[0].interval: is not what the name says: 1m is 60s'",
        "'aggregation: {ttl: 1500ms}'; '1:20: aggregation.ttl: needs whole seconds'",
        "'performance: {batch_size: 10}\nservice: {batch_size: 11}'; '2:23: service.batch_size:"
            + " \"11\" contradicts performance.batch_size in line 1, which is another name for the"
            + " same and says 10'",
        "'redis: {data_patterns: [\"comsrv:*\"]}\nfilters:\n  - source: comsrv:*:m\n    conditions:"
            + " [{field: q, operator: eq, value: g}]'; '3:13: filters[0].source: \"comsrv:*:m\" is"
            + " not read by itself, so that nothing can be filtered by it; read are comsrv:*'",
        "'redis: {data_patterns: [\"archive:*\"]}'; '1:25: redis.data_patterns[0]: \"archive:*\""
            + " cannot be used: name the window, such as archive:1m:*'",
        "'query: {default_rows: 9, max_rows: 8}\napi: {}'; '1:23: query.default_rows: \"9\" cannot"
            + " be used: needs at most query.max.rows, which is 8'",
        "'advanced:\n  service:\n    htp.port: 1'; '3:15: advanced.service.htp.port: unknown"
            + " setting; did you mean http.port?'",
        "'advanced:\n  sink:\n    connector.class: x';"
            + " 3:22: advanced.sink.connector.class: cannot be changed here",
      })
  void mistake_isToldWithItsPlaceAndItsRemedy(String yaml, String message) {
    assertThatThrownBy(() -> compile(yaml))
        .isInstanceOf(BadFileException.class)
        .hasMessage(file + ":" + message);
  }

  @Test
  void addressesOfIpv6_goToTheConnectorsAndTheService() throws Exception {
    String yaml =
        """
        redis:
          url: redis://:p[::]w@[::1]:6379/2
          mode: cluster
          nodes: ["[::1]:7001", "[fd00::17]:7002"]
        influxdb:
          url: http://[::1]:8086
        kafka:
          bootstrap_servers: ["[::1]:9092", "[fd00::17]:9092"]
        api:
          host: "::1"
        """;

    Compiled compiled = compile(yaml, SiteCompiler.For.SERVICE);

    assertThat(source(compiled))
        .containsEntry("redis.uri", "redis://[::1]:6379/2")
        .containsEntry("redis.password", "p[::]w")
        .containsEntry("redis.nodes", "[::1]:7001,[fd00::17]:7002");
    assertThat(sink(compiled)).containsEntry("influxdb.url", "http://[::1]:8086");
    assertThat(compiled.serviceTexts())
        .containsEntry("http.host", "::1")
        .containsEntry("kafka.bootstrap.servers", "[::1]:9092,[fd00::17]:9092");
    assertThat(compiled.redis().nodes()).containsExactly("[::1]:7001", "[fd00::17]:7002");
  }

  /** As Kafka's own settings name several servers, and as one environment variable holds them. */
  @Test
  void serversInOneText_areAList() throws Exception {
    String yaml =
        """
        redis: {mode: cluster, nodes: "redis-1:7001, redis-2:7001"}
        kafka: {bootstrap_servers: "kafka-1:9092,kafka-2:9092"}
        connect: {url: "http://connect-1:8083, http://connect-2:8083"}
        """;

    Compiled compiled = compile(yaml, SiteCompiler.For.SERVICE);

    assertThat(compiled.redis().nodes()).containsExactly("redis-1:7001", "redis-2:7001");
    assertThat(source(compiled)).containsEntry("redis.nodes", "redis-1:7001, redis-2:7001");
    assertThat(compiled.serviceTexts())
        .containsEntry("kafka.bootstrap.servers", "kafka-1:9092,kafka-2:9092")
        .containsEntry("connect.url", "http://connect-1:8083,http://connect-2:8083");
    assertThat(compiled.target().urls())
        .containsExactly("http://connect-1:8083", "http://connect-2:8083");
    assertThatThrownBy(() -> compile("connect: {url: 'http://connect-1:8083,connect-2'}"))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining("cannot be used: needs an address such as http://127.0.0.1:8083");
    assertThatThrownBy(() -> compile("kafka: {bootstrap_servers: 'kafka-1:9092,kafka-2'}"))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining("cannot be used: needs host:port, several separated by commas");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "redis: {url: 'redis://::1:6379'}|the value",
        "redis: {url: 'redis://u:p@fd00::17/1'}|the value",
        "redis: {nodes: ['::1:7001']}|\"::1:7001\"",
        "influxdb: {url: 'http://::1:8086'}|\"http://::1:8086\"",
        "kafka: {bootstrap_servers: ['fd00::17:9092']}|\"fd00::17:9092\"",
      })
  void addressOfIpv6WithoutBrackets_isRefusedWithItsRemedy(String yaml, String value) {
    assertThatThrownBy(() -> compile(yaml))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining(value + " cannot be used: needs ")
        .hasMessageEndingWith("; an IPv6 address stands in brackets, as in [::1]");
  }

  @Test
  void aggregation_settingsOfTheScript_goToTheSource() throws Exception {
    String yaml =
        """
        aggregation:
          patterns: ["comsrv:*:m", "inst:*:M"]
          classes: ["voltage:1-99", "power:400"]
          sample_interval: 2s
          ttl: 2h
          alive_unstamped: 0s
          pending_max: 5000
        """;

    assertThat(source(compile(yaml)))
        .containsEntry("aggregation.patterns", "comsrv:*:m,inst:*:M")
        .containsEntry("aggregation.classes", "voltage:1-99,power:400")
        .containsEntry("aggregation.interval.seconds", "2")
        .containsEntry("aggregation.ttl.seconds", "7200")
        .containsEntry("aggregation.alive.unstamped.seconds", "0")
        .containsEntry("aggregation.pending.max", "5000")
        .doesNotContainKeys("aggregation.alive.seconds", "aggregation.refresh.seconds");
  }

  /** A full disk, a crash, a look in the middle of writing: not a site with every default. */
  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "# nothing yet\n", "---\n", "~\n", "\0\0\0\0"})
  void emptiedFile_isRefused(String text) {
    assertThatThrownBy(() -> compile(text)).isInstanceOf(BadFileException.class);
  }

  /** Its mappings stand nowhere else: the connector would go on without them. */
  @ParameterizedTest
  @ValueSource(strings = {"", "# nothing\n", "~\n", "\0\0\0\0", "- a\n"})
  void emptiedMappings_areRefused(String text) throws Exception {
    Files.writeString(dir.resolve("hissrv.mappings.yml"), "{}\n");
    assertThat(compile("service: {}")).isNotNull();
    Files.writeString(dir.resolve("hissrv.mappings.yml"), text);
    assertThatThrownBy(() -> compile("service: {}"))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining("hissrv.mappings.yml:");
  }

  @Test
  void whatCannotBeRead_isToldInPlainWords() throws Exception {
    assertThatThrownBy(() -> compile(""))
        .hasMessage(file + ":1:1: is empty; for a site with every default write `service: {}`");
    Files.write(file, "service: {}\nsite: {name: 电表}\n".getBytes(Charset.forName("GBK")));
    assertThatThrownBy(() -> new SiteFile(file, env).compile(SiteCompiler.For.COMMAND))
        .hasMessage(
            file
                + ":2:14: not UTF-8; save the file as UTF-8 (GBK or \"ANSI\", in which some editors save,"
                + " is another)");
    Files.delete(file);
    assertThatThrownBy(() -> new SiteFile(file, env).compile(SiteCompiler.For.COMMAND))
        .hasMessage(file + ":1:1: there is no such file");
    Files.createDirectory(file);
    assertThatThrownBy(() -> new SiteFile(file, env).compile(SiteCompiler.For.COMMAND))
        .hasMessage(file + ":1:1: cannot be read: it is a folder");
    assertThat(compile("service: {}", dir.resolve("least.yml"))).isNotNull();
  }

  private Compiled compile(String yaml, Path as) throws IOException, BadFileException {
    Files.writeString(as, yaml);
    return new SiteFile(as, env).compile(SiteCompiler.For.COMMAND);
  }

  @Test
  void everyMistake_isToldAtOnceInTheOrderOfTheFile() {
    assertThatThrownBy(() -> compile("redis:\n  urll: x\napi:\n  port: x\n  hots: y\n"))
        .message()
        .satisfies(message -> assertThat(message.lines()).hasSize(3));
  }

  /** The source of a list is not called as the list is; nobody was told, and no alert came. */
  @Test
  void alertOnASourceThatIsNotRead_isNoted() throws Exception {
    Compiled compiled =
        compile(
            """
            kafka: {bootstrap_servers: "kafka:9092"}
            redis: {lists: ["measured:queue"], data_patterns: ["plant:*"]}
            alerts:
            - {name: a, condition: "waiting(measured:queue) > 9", url: "http://a"}
            - {name: b, condition: "newest_age(measured_queue) > 9m", url: "http://a"}
            - {name: c, condition: "newest_age(live) > 9m", url: "http://a"}
            """);
    assertThat(compiled.notes().stream().map(note -> note.text("f")))
        .containsExactly(
            "f:4:24: alerts[0].condition: \"waiting(measured:queue) > 9\": this file reads no"
                + " source measured:queue; it reads live, measured_queue");
  }

  @Test
  void secret_isLeftForTheWorkerAndNeverShown() throws Exception {
    env.put("REDIS_PASSWORD", "s3cret");
    env.put("INFLUXDB_TOKEN", "t0ken");
    String yaml =
        """
        redis:
          url: redis://reader:${REDIS_PASSWORD}@${REDIS_HOST:redis}:6379/2
        influxdb:
          token: ${INFLUXDB_TOKEN}
        """;

    Compiled compiled = compile(yaml);
    assertThat(source(compiled))
        .containsEntry("redis.uri", "redis://redis:6379/2")
        .containsEntry("redis.username", "reader")
        .containsEntry("redis.password", "${env:REDIS_PASSWORD}");
    assertThat(sink(compiled)).containsEntry("influxdb.token", "${env:INFLUXDB_TOKEN}");
    assertThat(compiled.toString()).doesNotContain("s3cret").doesNotContain("t0ken");
    assertThat(compiled.notes()).isEmpty();

    Compiled service = compile(yaml, SiteCompiler.For.SERVICE);
    assertThat(service.serviceTexts()).containsEntry("store.influxdb2.token", "t0ken");
    assertThat(service.toString()).doesNotContain("t0ken");

    Compiled applied = compile(yaml + "connect:\n  secrets: apply\n");
    assertThat(source(applied)).containsEntry("redis.password", "s3cret");
    assertThat(sink(applied)).containsEntry("influxdb.token", "t0ken");
  }

  @Test
  void secretOfAConfigProvider_isPassedOnAndReadByTheServiceItself() throws Exception {
    Files.writeString(dir.resolve("secrets.properties"), "influx=from-a-file\n");
    String token = "${file:" + dir.resolve("secrets.properties") + ":influx}";
    String yaml = "influxdb:\n  token: " + token + "\n";

    assertThat(sink(compile(yaml))).containsEntry("influxdb.token", token);
    assertThat(compile(yaml, SiteCompiler.For.SERVICE).serviceTexts())
        .containsEntry("store.influxdb2.token", "from-a-file");
  }

  @Test
  void tokens_areTheServicesOwn_andLookedUpByItAlone() throws Exception {
    String yaml =
        """
        api:
          read_tokens: [ "${READ_TOKEN}", literal-token-of-a-site ]
          write_tokens: ${WRITE_TOKEN}
        """;
    assertThat(compile(yaml).toString()).doesNotContain("literal-token");
    env.put("READ_TOKEN", "read-token-of-a-site");
    env.put("WRITE_TOKEN", "");
    assertThatThrownBy(() -> compile(yaml, SiteCompiler.For.SERVICE))
        .hasMessageContaining("api.write_tokens[0]: empty; needs tokens of at least 16");
    env.put("WRITE_TOKEN", "write-token-of-a-site");
    assertThat(compile(yaml, SiteCompiler.For.SERVICE).serviceTexts())
        .containsEntry("http.token.read", "read-token-of-a-site,literal-token-of-a-site")
        .containsEntry("http.token.write", "write-token-of-a-site");
    assertThatThrownBy(() -> compile("api: {write_tokens: short}"))
        .hasMessageContaining("api.write_tokens")
        .hasMessageNotContaining("short");
  }

  /** The service's client for InfluxDB does not know zones: each question was a 500. */
  @Test
  void addressWithAZone_isRefused() {
    assertThatThrownBy(() -> compile("influxdb:\n  url: http://[fe80::1%25eth0]:8086\n"))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining("an IPv6 address cannot have a zone here, such as %eth0");
  }

  /** Problems are in the log, on the page and in /status. */
  @Test
  void loginInAnAddress_isRefused_andNotRepeated() throws Exception {
    env.put("INFLUX", "http://admin:s3cret@db:8086");
    for (String url : List.of("http://admin:s3cret@db:8086", "${INFLUX}")) {
      assertThatThrownBy(() -> compile("influxdb:\n  url: " + url + "\n", SiteCompiler.For.SERVICE))
          .isInstanceOf(BadFileException.class)
          .hasMessageContaining("\"http://[hidden]@db:8086\" cannot be used: needs an address")
          .hasMessageContaining("; user and password stand in keys of their own")
          .hasMessageNotContaining("s3cret");
    }
  }

  @Test
  void secretWithADefault_takesItWhereTheVariableIsNotSet() throws Exception {
    String yaml = "influxdb:\n  token: ${INFLUXDB_TOKEN:dev}\n";

    assertThat(sink(compile(yaml))).containsEntry("influxdb.token", "dev");
    env.put("INFLUXDB_TOKEN", "x");
    assertThat(sink(compile(yaml))).containsEntry("influxdb.token", "${env:INFLUXDB_TOKEN}");
  }

  @Test
  void secretInPlainText_isNoted() throws Exception {
    assertThat(compile("influxdb:\n  token: abc\n").notes().get(0).text("f"))
        .isEqualTo(
            "f:2:10: influxdb.token: stands in plain text here and then in Connect's topic;"
                + " ${NAME} keeps it out of both");
  }

  @Test
  void questdb_isWrittenAndReadByItsOwnProtocols() throws Exception {
    Compiled compiled =
        compile("questdb:\n  url: http://q:9000\n  jdbc_url: jdbc:postgresql://q:8812/qdb\n");

    assertThat(sink(compiled))
        .containsEntry("influxdb.url", "http://q:9000")
        .containsEntry("influxdb.version", "questdb");
    assertThat(compiled.serviceTexts())
        .containsEntry("store.type", "questdb")
        .containsEntry("store.questdb.url", "jdbc:postgresql://q:8812/qdb");
  }

  /** Its mappings were left out, and values went where those of the file send them. */
  @Test
  void overlayThatIsALinkToNothing_isRefused() throws Exception {
    Files.createSymbolicLink(dir.resolve("hissrv.mappings.yml"), dir.resolve("gone.yml"));
    assertThatThrownBy(() -> compile("api: {}"))
        .isInstanceOf(BadFileException.class)
        .hasMessageEndingWith("hissrv.mappings.yml:1:1: is a link to a file that is not there");
  }

  @Test
  void overlay_comesFirstAndReplacesWhatIsCalledSo() throws Exception {
    Files.writeString(
        dir.resolve("hissrv.mappings.yml"),
        """
        m1: {source_pattern: "plc:(.+)", measurement: plc}
        late: {source_pattern: "late:(.+)", measurement: late}
        """);
    Compiled compiled =
        compile(
            """
            mappings:
              - {source_pattern: "a:(.+)", measurement: a}
              - {source_pattern: "b:(.+)", measurement: b}
            """);

    assertThat(source(compiled))
        .containsEntry("mappings", "m1,late,m2")
        .containsEntry("mappings.m1.measurement", "plc")
        .containsEntry("mappings.m2.measurement", "b");
    assertThat(source(compiled).get("sources.live.pattern")).contains("plc:*").contains("late:*");
  }

  @Test
  void filters_splitOneAfterTheOther() throws Exception {
    Compiled compiled =
        compile(
            """
            filters:
              - {source: "comsrv:*:m", conditions: [{field: q, operator: eq, value: g}]}
              - {source: "comsrv:*:s", conditions: [{field: q, operator: ne, value: b}]}
            """);

    assertThat(source(compiled))
        .containsEntry("sources.live.pattern", "comsrv:*:[^ms],inst:*,modsrv:*,calc:result:*")
        .containsEntry("sources.live2.filter", "q eq g")
        .containsEntry("sources.live3.filter", "q ne b");
  }

  @Test
  void site_isTheMarkOfItsConnectors() throws Exception {
    Compiled compiled = compile("service:\n  name: north\n");

    assertThat(compiled.connectors().stream().map(ConnectorSpec::name))
        .containsExactly("north-redis-source", "north-influx-sink");
    assertThat(source(compiled)).containsEntry(ConnectorSpec.MARK, "hissrv.yml:north");
  }

  @Test
  void queryYml_isToldApart() throws Exception {
    Files.writeString(file, "http.port: 8082\nconnect.url: http://c:8083\n");
    assertThat(new SiteFile(file, env).isSite()).isFalse();
    Files.writeString(file, "kafka:\n  bootstrap.servers: k:9092\n");
    assertThat(new SiteFile(file, env).isSite()).isFalse();
    Files.writeString(file, "kafka: {}\nredis:\n  url: redis://r:6379\n");
    assertThat(new SiteFile(file, env).isSite()).isTrue();
  }

  /** Source and service by the same names; a path that holds on the worker only is the source's. */
  @Test
  void tlsToRedis_isTheSourcesAndTheServices() throws IOException, BadFileException {
    env.put("KEY_PASSWORD", "geheim");
    Compiled compiled =
        compile(
            """
            redis:
              url: rediss://redis.site:6380
              tls:
                truststore: {path: /etc/hissrv/ca.pem}
                keystore: {path: /etc/hissrv/client.pem}
                key: {password: "${KEY_PASSWORD}"}
            advanced:
              source:
                redis.tls.truststore.path: /opt/worker/ca.pem
            """);

    assertThat(source(compiled))
        .containsEntry("redis.tls.truststore.path", "/opt/worker/ca.pem")
        .containsEntry("redis.tls.keystore.path", "/etc/hissrv/client.pem")
        .containsEntry("redis.tls.key.password", "${env:KEY_PASSWORD}")
        .doesNotContainKey("redis.tls.verify.hostname");
    assertThat(compiled.redis().tls().orElseThrow())
        .isEqualTo(
            Map.of(
                "redis.tls.truststore.path", "/etc/hissrv/ca.pem",
                "redis.tls.keystore.path", "/etc/hissrv/client.pem",
                "redis.tls.key.password", "geheim"));
    assertThat(compiled.redis().toString()).doesNotContain("geheim");
    assertThat(compile("redis: {url: \"redis://r:6379\"}").redis().tls()).isEmpty();
  }

  /** Sink and service by the same keys; a path that holds on the worker only is the sink's. */
  @ParameterizedTest
  @CsvSource({"1, influxdb1", "2, influxdb2"})
  void tlsToTheDatabase_isTheSinksAndTheServices(String version, String type) throws Exception {
    env.put("KEY_PASSWORD", "geheim");
    String yaml =
        """
        influxdb:
          version: VERSION
          url: https://db.site:8086
          tls:
            truststore: {path: PATH}
            key: {password: "${KEY_PASSWORD}"}
            verify: {hostname: false}
        advanced:
          sink:
            influxdb.ssl.truststore.location: /opt/worker/ca.pem
        """
            .replace("VERSION", version);
    Path none = dir.resolve("none.pem");
    Compiled compiled = compile(yaml.replace("PATH", none.toString()));

    assertThat(sink(compiled))
        .containsEntry("influxdb.ssl.truststore.location", "/opt/worker/ca.pem")
        .containsEntry("influxdb.ssl.key.password", "${env:KEY_PASSWORD}")
        .containsEntry("influxdb.ssl.endpoint.identification.algorithm", "");
    assertThat(compiled.serviceTexts())
        .containsEntry("store." + type + ".ssl.truststore.location", none.toString())
        .containsEntry("store." + type + ".ssl.endpoint.identification.algorithm", "");
    assertThatThrownBy(
            () -> compile(yaml.replace("PATH", none.toString()), SiteCompiler.For.SERVICE))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining(
            "5:24: influxdb.tls.truststore.path: does not name a file: " + none + " does not");
    assertThatThrownBy(() -> compile(yaml.replace("https:", "http:")))
        .hasMessageContaining("influxdb.tls.truststore.path: has no effect unless ");
  }

  /** The commands and the service by the same keys. */
  @Test
  void tlsToConnect_isTheCommandsAndTheServices() throws Exception {
    env.put("KEY_PASSWORD", "geheim");
    String yaml =
        """
        connect:
          url: https://connect.site:8083
          tls:
            truststore: {path: PATH}
            key: {password: "${KEY_PASSWORD}"}
            verify: {hostname: false}
        """;
    Path none = dir.resolve("none.pem");
    Compiled compiled = compile(yaml.replace("PATH", none.toString()));

    assertThat(compiled.target().tls())
        .isEqualTo(
            new ConnectTls(
                Map.of(
                    "connect.ssl.truststore.location", none.toString(),
                    "connect.ssl.key.password", "geheim",
                    "connect.ssl.endpoint.identification.algorithm", ""),
                true));
    assertThat(compiled.target().toString() + compiled.target().tls()).doesNotContain("geheim");
    assertThat(compiled.serviceTexts())
        .containsEntry("connect.ssl.truststore.location", none.toString());
    assertThatThrownBy(
            () -> compile(yaml.replace("PATH", none.toString()), SiteCompiler.For.SERVICE))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining(
            "4:24: connect.tls.truststore.path: does not name a file: " + none + " does not");
    assertThatThrownBy(() -> compile(yaml.replace("https:", "http:")))
        .hasMessageContaining(
            "connect.tls.truststore.path: has no effect unless connect.url begins with https://");
  }

  /** As if they were left out, so that one file serves sites with TLS and without. */
  @Test
  void variablesThatAreEmpty_setNothingOfTls() throws Exception {
    String yaml =
        """
        influxdb:
          version: 2
          url: http://db.site:8086
          tls:
            truststore: {path: "${CA:}", password: "${CA_PASSWORD:}"}
            keystore: {path: ""}
        """;
    Compiled compiled = compile(yaml, SiteCompiler.For.SERVICE);

    assertThat(compiled.serviceTexts())
        .doesNotContainKey("store.influxdb2.ssl.truststore.location");
    assertThat(sink(compiled)).doesNotContainKey("influxdb.ssl.truststore.location");
    env.put("CA", "/etc/hissrv/ca.pem");
    assertThatThrownBy(() -> compile(yaml))
        .hasMessageContaining("influxdb.tls.truststore.path: has no effect unless ");
  }

  @Test
  void secretForAReceiverThatIsNotSigned_isAMistake() throws Exception {
    String yaml =
        """
        alerts:
          - name: a
            condition: failed_count > 1
            url: http://robots.site/send
            body: BODY
            secret: of-the-robot
        """;
    assertThat(compile(yaml.replace("BODY", "feishu"))).isNotNull();
    assertThatThrownBy(() -> compile(yaml.replace("BODY", "wecom")))
        .hasMessageContaining(
            "6:13: alerts[0].secret: has no effect with body: wecom; only dingtalk and feishu are"
                + " signed")
        .hasMessageNotContaining("of-the-robot");
  }

  /** Names that have no letters of ours, or are called like a source of ours, are two names. */
  @Test
  void listsAndStreams_ofAnyName_areAllRead() throws Exception {
    Map<String, String> config =
        source(
            compile(
                "redis: {lists: [队列, 事件, live, archive1m], streams: [plant/a, \"plant:a\"]}\n"
                    + "mappings: [{source_pattern: \"inv:(.*)\", measurement: pv}]"));

    assertThat(config)
        .containsEntry("sources", "_,_2,live2,archive1m2,plant_a,plant_a2,live")
        .containsEntry("sources._.key", "队列")
        .containsEntry("sources._2.key", "事件")
        .containsEntry("sources.live2.key", "live")
        .containsEntry("sources.plant_a2.key", "plant:a")
        .containsEntry("sources.live.pattern", "inv:*")
        .containsEntry("sources.live.type", "hash");
  }

  /** As the README of query-service has it. */
  @Test
  void tagsOfDevices_areAList() throws Exception {
    assertThat(compile("site: {device_tags: [meter, inverter]}").service().get("site.device_tags"))
        .extracting(Entry::value)
        .isEqualTo("meter,inverter");
    assertThat(compile("site: {device_tags: meter}").service().get("site.device_tags"))
        .extracting(Entry::value)
        .isEqualTo("meter");
    assertThatThrownBy(() -> compile("site: {device_tags: [meter, ~]}"))
        .hasMessageContaining("1:29: site.device_tags[1]: is empty");
    assertThatThrownBy(() -> compile("site: {timezone: [UTC]}"))
        .hasMessageContaining("site.timezone: needs one value");
  }

  @Test
  void listThatIsReadTwice_isRefused() {
    assertThatThrownBy(() -> compile("redis: {lists: [a], streams: [a]}"))
        .hasMessageContaining("redis.streams[0]: \"a\" is read already, as a list");
  }

  /** The page's example of a site whose keys have names of their own. */
  @Test
  void keysOfYourOwn_asThePageHasThem() throws Exception {
    String page = Files.readString(Path.of("../docs/hissrv-yml.md"));
    int begin = page.indexOf("```yaml\n", page.indexOf("## Keys of your own")) + 8;
    Map<String, String> config = source(compile(page.substring(begin, page.indexOf("```", begin))));

    assertThat(config)
        .containsEntry("sources.live.pattern", "plant:*:inv:*")
        .containsEntry("sources.measured_queue.type", "list")
        .containsEntry("sources.plant_events.type", "stream")
        .containsEntry("mappings.inverter.tags", "site:$1,device:$2")
        .containsEntry("mappings.inverter.fields", "p:power,u:voltage,*");
  }
}

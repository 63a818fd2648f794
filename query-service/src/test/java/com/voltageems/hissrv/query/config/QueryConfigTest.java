package com.voltageems.hissrv.query.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.query.catalogue.Catalogue;
import com.voltageems.hissrv.query.setting.Tokens;
import com.voltageems.hissrv.query.store.spi.StoreProviders;
import com.voltageems.hissrv.query.tls.ConnectTls;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryConfigTest {
  @Test
  void defaults_runBesideAQuestDbOnThisMachine() {
    QueryConfig config = QueryConfig.defaults();

    assertThat(config.http())
        .isEqualTo(new QueryConfig.Http("127.0.0.1", 8082, 24, List.of(), List.of()));
    assertThat(config.store())
        .isEqualTo(new QueryConfig.Store(StoreProviders.of("questdb"), Map.of()));
    assertThat(config.limits())
        .isEqualTo(
            new QueryConfig.Limits(
                Duration.ofSeconds(10), 6, 10_000, 100_000, 1_000_000, Duration.ofDays(366)));
    assertThat(config.kafka())
        .isEqualTo(new QueryConfig.Kafka("", "hissrv-dead-letters", "hissrv-status", Map.of()));
    assertThat(config.kafka().isConfigured()).isFalse();
    assertThat(config.connect())
        .isEqualTo(
            new QueryConfig.Connect(
                List.of(),
                "hissrv-redis-source",
                "hissrv-influx-sink",
                "",
                "",
                true,
                true,
                Duration.ofMinutes(1)));
    assertThat(config.checks())
        .isEqualTo(
            new QueryConfig.Checks(
                Duration.ofSeconds(5), Duration.ofSeconds(3), Duration.ofMinutes(1)));
  }

  @Test
  void everySetting_arrives() throws ConfigException {
    Map<String, String> texts = new HashMap<>();
    texts.put("http.host", "0.0.0.0");
    texts.put("http.port", "0");
    texts.put("http.threads", "40");
    texts.put("http.allowed.hosts", "h.example, *");
    texts.put("http.cors.origins", "https://a.example:1");
    texts.put("http.token.read", "read-token-of-a-site, another_token_of_a_site");
    texts.put("http.token.write", "write/token+of~a.site==");
    texts.put("store.influxdb1.retention.policies", "week,year");
    texts.put("store.type", "InfluxDB1");
    texts.put("store.influxdb1.url", "https://i:1/");
    texts.put("store.influxdb1.database", "d");
    texts.put("store.influxdb1.username", "iu");
    texts.put("store.influxdb1.password", "ip");
    texts.put("store.influxdb1.raw.username", "ru");
    texts.put("store.influxdb1.raw.password", "rp");
    texts.put("store.questdb.raw.user", "qru");
    texts.put("store.questdb.raw.password", "qrp");
    texts.put("store.influxdb2.raw.token", "rt0k");
    texts.put("query.raw.enabled", "true");
    texts.put("store.questdb.url", "jdbc:postgresql://db:1/x");
    texts.put("store.questdb.user", "u");
    texts.put("store.questdb.password", "p");
    texts.put("store.influxdb2.url", "http://i2:1");
    texts.put("store.influxdb2.bucket", "b");
    texts.put("store.influxdb2.token", "t0k");
    for (String type : List.of("influxdb1", "influxdb2")) {
      String ssl = "store." + type + ".ssl.";
      texts.put(ssl + "truststore.location", "/ca.p12");
      texts.put(ssl + "truststore.password", "tp");
      texts.put(ssl + "truststore.certificates", "");
      texts.put(ssl + "keystore.location", "/client.p12");
      texts.put(ssl + "keystore.password", "kp");
      texts.put(ssl + "keystore.certificate.chain", "");
      texts.put(ssl + "keystore.key", "");
      texts.put(ssl + "key.password", "pk");
      texts.put(ssl + "endpoint.identification.algorithm", "");
    }
    texts.put("query.timeout", "2s");
    texts.put("query.concurrency", "3");
    texts.put("query.default.rows", "5");
    texts.put("query.max.rows", "50");
    texts.put("query.max.values", "5000");
    texts.put("query.max.range", "2w");
    texts.put("query.cache.values", "7");
    texts.put("query.cache.closed", "9s");
    texts.put("kafka.bootstrap.servers", "a:1, b:2");
    texts.put("kafka.dead.letter.topic", "dead");
    texts.put("kafka.status.topic", "told");
    texts.put("connect.url", "https://c:8083/, https://d:8083");
    texts.put("connect.ask.workers", "false");
    texts.put("connect.restart.failed", "false");
    texts.put("connect.commit.interval", "5s");
    texts.put("stuck.after.ms", "2000");
    texts.put("connect.source", "so");
    texts.put("connect.sink", "si");
    texts.put("connect.ssl.truststore.location", "/ca.p12");
    texts.put("connect.ssl.truststore.password", "tp");
    texts.put("connect.ssl.truststore.certificates", "");
    texts.put("connect.ssl.keystore.location", "/client.p12");
    texts.put("connect.ssl.keystore.password", "kp");
    texts.put("connect.ssl.keystore.certificate.chain", "");
    texts.put("connect.ssl.keystore.key", "");
    texts.put("connect.ssl.key.password", "pk");
    texts.put("connect.ssl.endpoint.identification.algorithm", "");
    texts.put("connect.username", "cu");
    texts.put("connect.password", "cp");
    texts.put("health.interval", "1m");
    texts.put("health.timeout", "500ms");
    assertThat(texts.keySet()).containsExactlyInAnyOrderElementsOf(AllSettings.keys());
    texts.put("kafka.properties.security.protocol", "SSL");
    Map<String, String> store = new HashMap<>(texts);
    store.keySet().removeIf(key -> !key.startsWith("store.") || key.equals("store.type"));

    assertThat(QueryConfig.of(texts))
        .isEqualTo(
            new QueryConfig(
                new QueryConfig.Http(
                    "0.0.0.0", 0, 40, List.of("h.example", "*"), List.of("https://a.example:1")),
                new QueryConfig.Access(
                    new Tokens(List.of("read-token-of-a-site", "another_token_of_a_site")),
                    new Tokens(List.of("write/token+of~a.site==")),
                    true),
                new QueryConfig.Store(StoreProviders.of("influxdb1"), store),
                new QueryConfig.Limits(Duration.ofSeconds(2), 3, 5, 50, 5000, Duration.ofDays(14)),
                new QueryConfig.Cache(7, Duration.ofSeconds(9)),
                new QueryConfig.Kafka(
                    "a:1,b:2", "dead", "told", Map.of("security.protocol", "SSL")),
                new QueryConfig.Connect(
                    List.of(URI.create("https://c:8083"), URI.create("https://d:8083")),
                    "so",
                    "si",
                    "cu",
                    "cp",
                    false,
                    false,
                    Duration.ofSeconds(5),
                    ConnectTls.in(texts)),
                new QueryConfig.Checks(
                    Duration.ofMinutes(1), Duration.ofMillis(500), Duration.ofSeconds(2)),
                Catalogue.empty(ZoneId.systemDefault())));
    assertThat(QueryConfig.of(texts).toString())
        .doesNotContain("cp")
        .doesNotContain("token-of")
        .doesNotContain("token+of")
        .doesNotContain("ip,")
        .doesNotContain("t0k")
        .doesNotContain("password");
  }

  @Test
  void addressesOfIpv6_areTaken() throws Exception {
    QueryConfig config =
        QueryConfig.of(
            Map.of(
                "http.host", "[::1]",
                "store.type", "influxdb1",
                "store.influxdb1.url", "http://[::1]:8086",
                "connect.url", "http://[::1]:8083,http://[fd00::17]:8083",
                "kafka.bootstrap.servers", "[::1]:9092, a:1,[fd00::ffff:10.0.0.1]:9092"));
    assertThat(config.http().host()).isEqualTo("::1");
    assertThat(config.kafka().bootstrapServers())
        .isEqualTo("[::1]:9092,a:1,[fd00::ffff:10.0.0.1]:9092");
    assertThat(config.connect().urls())
        .containsExactly(URI.create("http://[::1]:8083"), URI.create("http://[fd00::17]:8083"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "http.port; 80820; http.port: \"80820\" cannot be used: needs a port from 0 to 65535",
        "http.port; x; http.port: \"x\" cannot be used: needs a port from 0 to 65535",
        "http.host; ''; http.host: \"\" cannot be used: needs a host name or address of this"
            + " machine",
        "http.threads; 7; http.threads: \"7\" cannot be used: needs a number from 8 to 1000",
        "http.threads; 9; http.threads: \"9\" cannot be used: needs at least query.concurrency +"
            + " 4, which is 10",
        "store.type; mysql; store.type: \"mysql\" cannot be used: needs influxdb1,"
            + " influxdb2, questdb",
        "store.questdb.url; http://x; store.questdb.url: \"http://x\" cannot be used: needs a"
            + " JDBC address such as jdbc:postgresql://127.0.0.1:8812/qdb",
        "store.questdb.url; jdbc:postgresql://q:99999/qdb; store.questdb.url:"
            + " \"jdbc:postgresql://q:99999/qdb\" cannot be used: needs a JDBC address such as"
            + " jdbc:postgresql://127.0.0.1:8812/qdb",
        "store.influxdb1.url; ''; store.influxdb1.url: \"\" cannot be used: needs an address such"
            + " as http://127.0.0.1:8086",
        "query.timeout; 10; query.timeout: \"10\" cannot be used: needs a time from 1s to 10m",
        "query.timeout; 11m; query.timeout: \"11m\" cannot be used: needs a time from 1s to 10m",
        "query.default.rows; 100001; query.default.rows: \"100001\" cannot be used: needs at most"
            + " query.max.rows, which is 100000",
        "kafka.bootstrap.servers; localhost; kafka.bootstrap.servers: \"localhost\" cannot be"
            + " used: needs host:port, several separated by commas, or nothing",
        "kafka.bootstrap.servers; ::1:9092; 'kafka.bootstrap.servers: \"::1:9092\" cannot be used:"
            + " needs host:port, several separated by commas, or nothing; an IPv6 address stands in"
            + " brackets, as in [::1]'",
        "store.influxdb1.url; http://fd00:0:0:0:0:0:0:1; 'store.influxdb1.url:"
            + " \"http://fd00:0:0:0:0:0:0:1\" cannot be used: needs an address such as"
            + " http://127.0.0.1:8086; an IPv6 address stands in brackets, as in [::1]'",
        "store.influxdb1.url; http://[fe80::1%25eth0]:8086; 'store.influxdb1.url:"
            + " \"http://[fe80::1%25eth0]:8086\" cannot be used: needs an address such as"
            + " http://127.0.0.1:8086; an IPv6 address cannot have a zone here, such as %eth0: use"
            + " a name, or an address that is not link-local'",
        "kafka.bootstrap.servers; [fe80::1%eth0]:9092; 'kafka.bootstrap.servers:"
            + " \"[fe80::1%eth0]:9092\" cannot be used: needs host:port, several separated by"
            + " commas, or nothing; an IPv6 address cannot have a zone here, such as %eth0: use a"
            + " name, or an address that is not link-local'",
        "connect.url; 'http://u:s3cret@a:1,http://v:s3cret@b:2'; connect.url:"
            + " \"http://[hidden]@b:2\" cannot be used: needs an address such as"
            + " http://127.0.0.1:8083, several separated by commas, or nothing",
        "store.questdb.url; jdbc:postgresql://q:x/qdb?password=s3cret; store.questdb.url:"
            + " \"jdbc:postgresql://q:x/qdb?password=[hidden]\" cannot be used: needs a JDBC"
            + " address such as jdbc:postgresql://127.0.0.1:8812/qdb",
        "connect.url; localhost:8083; connect.url: \"localhost:8083\" cannot be used: needs an"
            + " address such as http://127.0.0.1:8083, several separated by commas, or nothing",
        "connect.url; 'http://a b'; connect.url: \"http://a b\" cannot be used: needs an address"
            + " such as http://127.0.0.1:8083, several separated by commas, or nothing",
        "stuck.after.ms; 1m; stuck.after.ms: \"1m\" cannot be used: needs a number of"
            + " milliseconds from 1000 to 86400000",
        "connect.ask.workers; yes; connect.ask.workers: \"yes\" cannot be used: needs true or"
            + " false",
        "htp.port; 1; 'htp.port: unknown setting; did you mean http.port?'",
        "zzz; 1; 'zzz: unknown setting; --settings lists them'",
      })
  void badValue_isNamedWithItsRemedy(String key, String value, String message) {
    assertThatThrownBy(() -> QueryConfig.of(Map.of(key, value)))
        .isInstanceOf(ConfigException.class)
        .hasMessage(message);
  }

  @Test
  void file_mayNestAndNameTheEnvironment() throws ConfigException {
    String yaml =
        """
        # a comment
        http:
          port: ${PORT:9000}
          host: "${HOST}"
        kafka.bootstrap.servers: [a:1, "${HOST}:2"]
        store:
          questdb.password: "a$${b}"
        connect.url:
        """;

    assertThat(ConfigFile.parse(yaml, Map.of("HOST", "h")))
        .isEqualTo(
            Map.of(
                "http.port", "9000",
                "http.host", "h",
                "kafka.bootstrap.servers", "a:1,h:2",
                "store.questdb.password", "a${b}",
                "connect.url", ""));
    assertThat(ConfigFile.parse("", Map.of())).isEmpty();
    assertThat(ConfigFile.parse("# nothing\n", Map.of())).isEmpty();
  }

  /** As Connect's config providers have it, so that a secret has one place for all. */
  @Test
  void secret_mayStandInAFile(@TempDir Path dir) throws Exception {
    Files.writeString(dir.resolve("influxdb-token"), "t0k\n");
    Files.writeString(dir.resolve("secrets.properties"), "influxdb.token = t1k\n");
    String file = "store.influxdb2.token: \"${file:" + dir.resolve("secrets.properties");

    assertThat(
            ConfigFile.parse("store.influxdb2.token: ${dir:" + dir + ":influxdb-token}", Map.of()))
        .containsEntry("store.influxdb2.token", "t0k");
    assertThat(ConfigFile.parse(file + ":influxdb.token}\"", Map.of()))
        .containsEntry("store.influxdb2.token", "t1k");
    assertThatThrownBy(() -> ConfigFile.parse(file + ":other}\"", Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "store.influxdb2.token: the file "
                + dir.resolve("secrets.properties")
                + " has no line other=...");
    assertThatThrownBy(
            () -> ConfigFile.parse("store.influxdb2.token: ${dir:" + dir + ":none}", Map.of()))
        .hasMessage(
            "store.influxdb2.token: ${dir:"
                + dir
                + ":none} cannot be looked up: there is no file "
                + dir.resolve("none"));
  }

  @Test
  void file_thatCannotBeUsed_isOneClearLine(@TempDir Path dir) throws IOException {
    Path emptied = Files.writeString(dir.resolve("emptied.yml"), "# all gone\n");
    assertThatThrownBy(() -> ConfigFile.read(emptied, Map.of()))
        .hasMessage(emptied + ": is empty; without --config every setting has its default");
    assertThatThrownBy(() -> ConfigFile.parse("a: [", Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("line 1: not YAML: ")
        .hasMessageNotContaining("\n");
    assertThatThrownBy(() -> ConfigFile.parse("- 1", Map.of()))
        .hasMessage("not a list of settings: needs lines such as `http.port: 8082`");
    assertThatThrownBy(() -> ConfigFile.parse("http:\n  port: 1\nhttp.port: 2", Map.of()))
        .hasMessage("http.port: is set twice, once nested and once dotted");
    assertThatThrownBy(() -> ConfigFile.parse("a: 1\na: 2", Map.of()))
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> ConfigFile.parse("store.questdb.password: ${TOKEN}", Map.of()))
        .hasMessage(
            "store.questdb.password: the environment has no TOKEN; set it, or write ${TOKEN:a"
                + " default}");
    Path file = dir.resolve("c.yml");
    assertThatThrownBy(() -> ConfigFile.read(file, Map.of()))
        .hasMessage(file + ": there is no such file");
    Files.writeString(file, "http.port: 1x");
    assertThatThrownBy(() -> ConfigFile.read(file, Map.of()))
        .hasMessage(file + ": http.port: \"1x\" cannot be used: needs a port from 0 to 65535");
  }

  /** {@code -Dhissrv.update.docs=true} writes it. */
  @Test
  void readme_hasTheTableOfSettings() throws IOException {
    Path readme = Path.of("README.md");
    String text = Files.readString(readme);
    if (Boolean.getBoolean("hissrv.update.docs")) {
      int begin = text.indexOf("| setting | default |");
      int end = text.indexOf("\n\n", begin) + 1;
      text = text.substring(0, begin) + QueryConfig.table() + text.substring(end);
      Files.writeString(readme, text);
    }
    assertThat(text).contains(QueryConfig.table());
  }

  @ParameterizedTest
  @CsvSource({
    "short",
    "fifteen-letters",
    "'a token with blanks in it'",
    "'long-enough-to-be-one,short'",
    "'long-enough-to-be-one,,long-enough-to-be-two'",
  })
  void tokenThatIsNoGood_isRefusedAndNotShown(String text) {
    assertThatThrownBy(() -> QueryConfig.of(Map.of("http.token.read", text)))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("http.token.read: the value cannot be used: needs tokens of at")
        .hasMessageNotContaining(text);
  }

  @Test
  void emptyToken_doesNotOpenTheServiceInSilence() throws Exception {
    assertThatThrownBy(() -> QueryConfig.of(Map.of("http.token.write", "")))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("http.token.write: empty; needs tokens");
    assertThat(QueryConfig.of(Map.of()).access().read().isEmpty()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"a.example", "https://a.example/", "https://A.example", "'https://a,*'", "'*,*'"})
  void originThatNoBrowserWrites_isRefused(String text) {
    assertThatThrownBy(() -> QueryConfig.of(Map.of("http.cors.origins", text)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("http.cors.origins: \"" + text + "\" cannot be used: needs origins");
  }

  @ParameterizedTest
  @CsvSource({
    "questdb, store.questdb.raw.user, '', store.questdb.raw.user",
    "questdb, store.questdb.raw.user, admin, store.questdb.raw.user",
    "influxdb1, store.influxdb1.raw.username, '', store.influxdb1.raw.username",
    "influxdb2, store.influxdb2.raw.token, '', store.influxdb2.raw.token",
    "questdb, store.questdb.raw.user, reader, http.token.read",
  })
  void rawQueries_needALoginThatOnlyReads(String type, String key, String value, String named) {
    assertThatThrownBy(
            () ->
                QueryConfig.of(Map.of("query.raw.enabled", "true", "store.type", type, key, value)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(named);
  }
}

package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.plugin.tls.Tls;
import com.voltageems.hissrv.redis.source.archive.ArchiveSource;
import com.voltageems.hissrv.redis.source.config.RedisSourceConfig;
import com.voltageems.hissrv.redis.source.link.RedisSettings;
import com.voltageems.hissrv.redis.source.list.ListSource;
import com.voltageems.hissrv.redis.source.pubsub.PubSubSource;
import com.voltageems.hissrv.redis.source.sample.KeyMapper;
import com.voltageems.hissrv.redis.source.sample.NonFinite;
import com.voltageems.hissrv.redis.source.sample.SourceLimits;
import com.voltageems.hissrv.redis.source.type.SourceCommon;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

public class RedisSourceConfigTest {
  /** The groups of settings in their order, with their titles in the README. */
  public static final Map<String, String> GROUPS = new LinkedHashMap<>();

  static {
    GROUPS.put("Redis", "Redis");
    GROUPS.put("Sources", "Sources");
    GROUPS.put("source ALIAS", "One source");
    GROUPS.put("Mapping", "Mapping");
    GROUPS.put("mapping NAME", "One mapping");
    GROUPS.put("Aggregation", "Aggregation");
  }

  private static Map<String, String> minimal() {
    Map<String, String> config = new HashMap<>();
    config.put("sources", "a");
    config.put("sources.a.type", "list");
    config.put("sources.a.key", "l");
    return config;
  }

  /** Returns one source of that type, with the one setting that it requires. */
  private static Map<String, String> sourceOf(String type) {
    Map<String, String> config = new HashMap<>();
    config.put("sources", "a");
    config.put("sources.a.type", type);
    switch (type) {
      case "list", "stream" -> config.put("sources.a.key", "l");
      case "archive" -> config.put("sources.a.window", "1m");
      default -> config.put("sources.a.pattern", "x");
    }
    return config;
  }

  @Test
  void defaults_areUsable() {
    RedisSourceConfig config = Readers.config(minimal());
    RedisSettings redis = config.redis("client");
    assertThat(redis.where()).isEqualTo("127.0.0.1:6379");
    assertThat(redis.tls()).isNull();
    assertThat(redis.password()).isNull();
    assertThat(config.maxRecords()).isEqualTo(2000);
    assertThat(config.aggregationEnabled()).isFalse();
    assertThat(config.aggregationWindows()).containsExactly("1m", "5m");
    assertThat(config.controlChannel()).isEqualTo("hissrv:control");
    assertThat(config.mappings()).isEmpty();
    ListSource list = (ListSource) config.sources().get(0);
    assertThat(list.common().topic()).isEqualTo("hissrv.a");
    assertThat(list.maxRejected()).isEqualTo(10_000);
    assertThat(config.crossErrors(Instant.now())).isEmpty();
  }

  /** Each of these settings replaces a file, and is not allowed next to it. */
  private static final Set<String> PEM_TEXTS =
      Set.of(
          "redis.tls.truststore.certificates",
          "redis.tls.keystore.certificate.chain",
          "redis.tls.keystore.key",
          "redis.tls.key.password");

  @TempDir Path dir;

  @Test
  void everySetting_isRead() throws Exception {
    Map<String, String> set = new TreeMap<>();
    set.put("redis.uri", "rediss://h:1/3");
    set.put("redis.mode", "sentinel");
    set.put("redis.nodes", "s1:26379,s2:26379");
    set.put("redis.sentinel.master", "m");
    set.put("redis.sentinel.username", "su");
    set.put("redis.sentinel.password", "sp");
    set.put("redis.username", "u");
    set.put("redis.password", "p");
    set.put("redis.timeout.ms", "7");
    set.put("redis.backoff.min.ms", "8");
    set.put("redis.backoff.max.ms", "9");
    set.put("redis.tls.truststore.path", certificates("tp"));
    set.put("redis.tls.truststore.password", "tp");
    set.put("redis.tls.keystore.path", keys("kp"));
    set.put("redis.tls.keystore.password", "kp");
    set.put("redis.tls.verify.hostname", "false");
    set.put("sources", "a,l,p,h");
    set.put("topic.prefix", "x-");
    set.put("poll.interval.ms", "11");
    set.put("snapshot.interval.ms", "12");
    set.put("discovery.interval.ms", "13");
    set.put("batch.max.records", "14");
    set.put("batch.max.bytes", "2000");
    set.put("value.max.bytes", "100");
    set.put("record.max.bytes", "5000");
    set.put("nonfinite.values", "text");
    set.put("control.channel", "c");
    set.put("status.topic", "st");
    set.put("status.interval.ms", "1017");
    set.put("mappings", "m");
    set.put("aggregation.enabled", "true");
    set.put("aggregation.windows", "5s,15s");
    set.put("aggregation.patterns", "comsrv:*:m,inst:*:M");
    set.put("aggregation.classes", "voltage:1-9,power:20");
    set.put("aggregation.interval.seconds", "5");
    set.put("aggregation.ttl.seconds", "18");
    set.put("aggregation.alive.seconds", "19");
    set.put("aggregation.alive.unstamped.seconds", "20");
    set.put("aggregation.refresh.seconds", "21");
    set.put("aggregation.slice.us", "222");
    set.put("aggregation.pending.max", "23");
    assertThat(set.keySet())
        .isEqualTo(without(PEM_TEXTS, RedisSourceConfig.staticDefinition().names()));
    set.put("sources.a.type", "archive");
    set.put("sources.a.window", "15s");
    set.put("sources.a.scan", "false");
    set.put("sources.a.filter", "channel eq 1");
    set.put("sources.l.type", "list");
    set.put("sources.l.key", "key");
    set.put("sources.l.rejected.max", "15");
    set.put("sources.p.type", "pubsub");
    set.put("sources.p.pattern", "p*,q*");
    set.put("sources.p.queue.max", "1016");
    set.put("sources.p.deadband", "*:1%");
    set.put("sources.p.min.interval.ms", "17");
    set.put("sources.h.type", "hash");
    set.put("sources.h.pattern", "h*");
    set.put("mappings.m.pattern", "k(.*)");
    set.put("mappings.m.measurement", "mm");
    set.put("mappings.m.tags", "a:$1");
    set.put("mappings.m.fields", "1:v,*");
    assertThat(ofOneSource(set.keySet()))
        .isEqualTo(ofOneSource(without(PEM_TEXTS, SourceRegistry.definition(set).names())));

    RedisSourceConfig config = Readers.config(set);
    RedisSettings redis = config.redis("client");
    assertThat(redis.mode()).isEqualTo(RedisSettings.Mode.SENTINEL);
    assertThat(redis.where()).isEqualTo("s1:26379,s2:26379");
    assertThat(redis.database()).isEqualTo(3);
    Tls tls = Objects.requireNonNull(redis.tls()).tls();
    assertThat(tls.checksHost()).isFalse();
    assertThat(tls.hasClientCertificate()).isTrue();
    assertThat(redis.timeout().toMillis()).isEqualTo(7);
    assertThat(redis.toString()).doesNotContain("tp").doesNotContain("kp");
    assertThat(config.statusTopic()).isEqualTo("st");
    assertThat(config.statusInterval().toMillis()).isEqualTo(1017);
    assertThat(config.backoffMin().toMillis()).isEqualTo(8);
    assertThat(config.backoffMax().toMillis()).isEqualTo(9);
    assertThat(config.limits()).isEqualTo(new SourceLimits(2000, 100, 5000, NonFinite.TEXT));
    assertThat(config.controlChannel()).isEqualTo("c");
    assertThat(config.aggregationScript())
        .isEqualTo(
            Map.of(
                "patterns", "comsrv:*:m,inst:*:M",
                "classes", "voltage:1-9,power:20",
                "interval", "5",
                "ttl", "18",
                "alive", "19",
                "alive_unstamped", "20",
                "refresh", "21",
                "slice_us", "222",
                "pending_max", "23"));
    ArchiveSource archive = (ArchiveSource) config.sources().get(0);
    assertThat(archive.common().type()).isEqualTo("archive");
    assertThat(archive.common().topic()).isEqualTo("x-a");
    assertThat(archive.window()).isEqualTo("15s");
    assertThat(archive.scan()).isFalse();
    ListSource list = (ListSource) config.sources().get(1);
    assertThat(list.key()).isEqualTo("key");
    assertThat(list.maxRejected()).isEqualTo(15);
    PubSubSource channels = (PubSubSource) config.sources().get(2);
    assertThat(channels.patterns()).containsExactly("p*", "q*");
    assertThat(channels.maxQueued()).isEqualTo(1016);
    assertThat(channels.deadband().isActive()).isTrue();
    assertThat(channels.deadband().minInterval().toMillis()).isEqualTo(17);
    SourceCommon.Intervals intervals = archive.common().intervals();
    assertThat(intervals.poll().toMillis()).isEqualTo(11);
    assertThat(intervals.snapshot().toMillis()).isEqualTo(12);
    assertThat(intervals.discovery().toMillis()).isEqualTo(13);
    KeyMapper.Mapped mapped = new KeyMapper(config.mappings()).map("kx");
    assertThat(mapped.series().key()).isEqualTo("mm,a=x");
    assertThat(mapped.names().of("1")).isEqualTo("v");
    assertThat(mapped.names().of("2")).isEqualTo("2");
    assertThat(config.crossErrors(Instant.now())).isEmpty();
  }

  /** Returns the settings' names; those of a source without its alias. */
  private static Set<String> ofOneSource(Set<String> names) {
    return names.stream()
        .map(name -> name.replaceFirst("^sources\\.[alph]\\.", "sources.*."))
        .collect(Collectors.toSet());
  }

  @Test
  void certificates_mayBePem() throws Exception {
    String certificate =
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder().encodeToString(certificate().getEncoded())
            + "\n-----END CERTIFICATE-----\n";
    Map<String, String> config = minimal();
    config.put("redis.uri", "rediss://127.0.0.1:1");
    config.put(
        "redis.tls.truststore.path",
        Files.writeString(dir.resolve("ca.pem"), certificate).toString());
    assertThat(Readers.config(config).crossErrors(Instant.now())).isEmpty();
    assertThat(Readers.config(config).redis("").tls()).isNotNull();
    config.put("redis.tls.truststore.certificates", certificate);
    assertThat(Readers.config(config).crossErrors(Instant.now()))
        .containsOnlyKeys("redis.tls.truststore.certificates");
    config.remove("redis.tls.truststore.path");
    assertThat(Readers.config(config).crossErrors(Instant.now())).isEmpty();
    config.put("redis.tls.keystore.key", certificate);
    assertThat(Readers.config(config).crossErrors(Instant.now()))
        .containsOnlyKeys("redis.tls.keystore.key");
  }

  /** Creates a truststore with the given password. */
  private String certificates(String password) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("c", certificate());
    return store(store, "t.p12", password);
  }

  /** Creates a keystore, likewise. */
  private String keys(String password) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    store.setKeyEntry(
        "k",
        generator.generateKeyPair().getPrivate(),
        password.toCharArray(),
        new Certificate[] {certificate()});
    return store(store, "k.p12", password);
  }

  private String store(KeyStore store, String name, String password) throws Exception {
    Path file = dir.resolve(name);
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, password.toCharArray());
    }
    return file.toString();
  }

  /** Returns any of the certificates that the platform trusts. */
  private static Certificate certificate() throws Exception {
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init((KeyStore) null);
    return ((X509TrustManager) trust.getTrustManagers()[0]).getAcceptedIssuers()[0];
  }

  private static Set<String> without(Set<String> left, Set<String> all) {
    Set<String> rest = new TreeSet<>(all);
    rest.removeAll(left);
    return rest;
  }

  private static Map<String, String> errors(Map<String, String> config) {
    Map<String, String> errors = new TreeMap<>();
    for (ConfigValue value : new RedisSourceConnector().validate(config).configValues()) {
      value.errorMessages().forEach(message -> errors.put(value.name(), message));
    }
    return errors;
  }

  @Test
  void keystoreFiles_areLookedInto() throws Exception {
    String trust = certificates("tp");
    String keys = keys("kp");
    String junk = Files.writeString(dir.resolve("junk"), "no keystore").toString();
    Map<String, String> config = minimal();
    config.put("redis.uri", "rediss://127.0.0.1:1");
    config.put("redis.tls.truststore.path", dir + "/missing");
    config.put("redis.tls.keystore.path", dir.toString());
    assertThat(errors(config))
        .isEqualTo(
            Map.of(
                "redis.tls.truststore.path",
                "redis.tls.truststore.path: does not name a file: "
                    + dir
                    + "/missing does not exist",
                "redis.tls.keystore.path",
                "redis.tls.keystore.path: does not name a file: " + dir + " does not exist"));
    config.put("redis.tls.truststore.path", junk);
    config.put("redis.tls.keystore.path", junk);
    assertThat(errors(config)).as("no password yet").hasSize(2);
    config.put("redis.tls.truststore.password", "x");
    config.put("redis.tls.keystore.password", "x");
    assertThat(errors(config))
        .containsOnlyKeys("redis.tls.truststore.path", "redis.tls.keystore.path")
        .allSatisfy((name, text) -> assertThat(text).contains("PEM, PKCS12 or JKS"));
    config.keySet().removeIf(name -> name.endsWith("store.password"));
    config.put("redis.tls.truststore.path", trust);
    config.put("redis.tls.keystore.path", keys);
    assertThat(errors(config))
        .containsOnlyKeys("redis.tls.truststore.password", "redis.tls.keystore.password")
        .allSatisfy((name, text) -> assertThat(text).contains("is needed"));
    config.put("redis.tls.truststore.password", "geheim1");
    config.put("redis.tls.keystore.password", "geheim2");
    assertThat(errors(config))
        .containsOnlyKeys("redis.tls.truststore.password", "redis.tls.keystore.password")
        .allSatisfy(
            (name, text) ->
                assertThat(text).contains("is not the password").doesNotContain("geheim"));
    config.put("redis.tls.truststore.password", "tp");
    config.put("redis.tls.keystore.path", trust);
    config.put("redis.tls.keystore.password", "tp");
    assertThat(errors(config))
        .containsOnlyKeys("redis.tls.keystore.path")
        .allSatisfy((name, text) -> assertThat(text).contains("holds no private key"));
    config.put("redis.tls.keystore.path", keys);
    config.put("redis.tls.keystore.password", "kp");
    assertThat(Readers.config(config).crossErrors(Instant.now())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "list; deadband; *:1; hash, pubsub",
        "list; min.interval.ms; 0; hash, pubsub",
        "list; window; 1m; archive",
        "list; scan; true; archive",
        "list; pattern; x; hash, pubsub",
        "list; queue.max; 1000; pubsub",
        "stream; rejected.max; 10; list",
        "hash; key; k; list, stream",
        "hash; queue.max; 1000; pubsub",
        "pubsub; window; 1m; archive",
        "archive; deadband; *:1; hash, pubsub"
      })
  void settingOfAnotherType_isRefused(String type, String setting, String value, String users) {
    Map<String, String> config = sourceOf(type);
    config.put("sources.a.filter", "x eq 1");
    assertThat(Readers.config(config).crossErrors(Instant.now())).isEmpty();
    config.put("sources.a." + setting, value);
    assertThat(Readers.config(config).crossErrors(Instant.now()))
        .isEqualTo(
            Map.of("sources.a." + setting, "is not used by type " + type + ", only by " + users));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "list; mappings; m; hash, pubsub",
        "archive; mappings; m; hash, pubsub",
        "stream; mappings; m; hash, pubsub",
        "pubsub; snapshot.interval.ms; 0; hash",
        "list; snapshot.interval.ms; 0; hash"
      })
  void settingOfAll_thatNoSourceUses_isRefused(
      String type, String setting, String value, String users) {
    Map<String, String> config = sourceOf(type);
    config.put("mappings.m.pattern", "x");
    config.put("mappings.m.measurement", "x");
    config.put("snapshot.interval.ms", "600000");
    assertThat(Readers.config(config).crossErrors(Instant.now())).isEmpty();
    config.put(setting, value);
    assertThat(Readers.config(config).crossErrors(Instant.now()))
        .isEqualTo(
            Map.of(
                setting, "has no effect without a source of type " + users.replace(", ", " or ")));
    config.put("sources", "a,b");
    config.put("sources.b.type", "hash");
    config.put("sources.b.pattern", "y");
    assertThat(Readers.config(config).crossErrors(Instant.now())).isEmpty();
  }

  @Test
  void settingOfAnotherType_thatIsEmpty_isNotGiven() {
    Map<String, String> config = minimal();
    config.put("sources.a.pattern", "");
    config.put("redis.nodes", " ");
    assertThat(Readers.config(config).crossErrors(Instant.now())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " ~ ",
      value = {
        "redis.uri ~ http://x ~ Invalid value http://x for configuration redis.uri: the scheme is"
            + " not redis or rediss; valid: redis://host:port/database or"
            + " rediss://host:port/database",
        // field cases O5, R10
        "redis.uri ~ redis://u:SECRET@h ~ Invalid value redis://[hidden]@h for configuration"
            + " redis.uri: a user or password in an address would be shown in the open; write"
            + " rediss:// for TLS, and use redis.username and redis.password; valid:"
            + " redis://host:port/database or rediss://host:port/database",
        "redis.uri ~ redis://h?ssl=true ~ Invalid value redis://h?ssl=[hidden] for configuration"
            + " redis.uri: ?ssl=[hidden] is not read from an address; write rediss:// for TLS",
        "redis.nodes ~ u:SECRET@h:1 ~ Invalid value [hidden]@h:1 for configuration redis.nodes: a"
            + " user or password in an address",
        "redis.mode ~ raft ~ Invalid value raft for configuration redis.mode: not one of them;"
            + " valid: standalone | sentinel | cluster",
        "redis.uri ~ redis://::1:6379/2 ~ Invalid value redis://::1:6379/2 for configuration"
            + " redis.uri: an IPv6 address stands in brackets, as in [::1]; valid:",
        "redis.uri ~ redis://[fe80::1%eth0]:6379 ~ Invalid value redis://[fe80::1%eth0]:6379 for"
            + " configuration redis.uri: an IPv6 address cannot have a zone here, such as %eth0;"
            + " use a name, or an address that is not link-local; valid:",
        "redis.nodes ~ ::1:26379 ~ Invalid value ::1:26379 for configuration redis.nodes: an IPv6"
            + " address stands in brackets, as in [::1]:6379; valid: host:port, ...",
        "redis.nodes ~ h:1,fd00::17 ~ Invalid value fd00::17 for configuration redis.nodes: an IPv6"
            + " address stands in brackets",
        "redis.nodes ~ h ~ Invalid value h for configuration redis.nodes: not host:port; valid:"
            + " host:port, ...",
        "sources ~ a b ~ Invalid value a b for configuration sources: not such a name; valid: one or"
            + " more names of letters, digits, '_' and '-', each once",
        "sources.a.type ~ set ~ Invalid value set for configuration sources.a.type: not one of them;"
            + " valid: archive | list | hash | pubsub | stream",
        "sources.a.window ~ 1d ~ Invalid value 1d for configuration sources.a.window: not a duration such as 5s, 1m, 1h;"
            + " valid: a length such as 5s, 1m, 1h",
        "sources.a.filter ~ x ~ Invalid value x for configuration sources.a.filter: not name,"
            + " operator and value; valid: name operator value, ...",
        "sources.a.deadband ~ x:-1 ~ Invalid value x:-1 for configuration sources.a.deadband: the"
            + " width is not a number of 0 or more; valid: field:width or field:percentage%, ..., each field once",
        "aggregation.windows ~ 2m,5m ~ Invalid value 2m,5m for configuration aggregation.windows:"
            + " 5m is not a multiple of the first, 2m; valid: lengths such as 5s, 1m, 1h, each a"
            + " multiple of the first, up to 168h, 8 at most",
        "aggregation.windows ~ 1h,169h ~ Invalid value 169h for configuration aggregation.windows:"
            + " longer than 168h; valid: ",
        "aggregation.windows ~ 1s,2s,3s,4s,5s,6s,7s,8s,9s ~ Invalid value"
            + " 1s,2s,3s,4s,5s,6s,7s,8s,9s for configuration aggregation.windows: more than 8;"
            + " valid: ",
        "aggregation.ttl.seconds ~ 0 ~ Invalid value 0 for configuration aggregation.ttl.seconds:"
            + " not such a number; valid: a whole number from 1 on",
        "aggregation.classes ~ voltage:9-1 ~ Invalid value voltage:9-1 for configuration"
            + " aggregation.classes: ends before it begins; valid: name:from-to or name:id",
        "aggregation.classes ~ voltage ~ Invalid value voltage for configuration"
            + " aggregation.classes: not such a range; valid: name:from-to or name:id",
        "batch.max.records ~ 0 ~ Invalid value 0 for configuration batch.max.records: Value must be"
            + " at least 1",
        "snapshot.interval.ms ~ 31536000001 ~ Invalid value 31536000001 for configuration"
            + " snapshot.interval.ms: Value must be no more than 31536000000",
        "sources.a.min.interval.ms ~ 9223372036854775807 ~ Invalid value 9223372036854775807 for"
            + " configuration sources.a.min.interval.ms: Value must be no more than 31536000000",
        "topic.prefix ~ a/b ~ Invalid value a/b for configuration topic.prefix: not a valid"
            + " topic prefix; valid: letters, digits, '.', '_' and '-'"
      },
      quoteCharacter = '^')
  void invalid_isToldOnItsKey(String name, String value, String message) {
    Map<String, String> config = minimal();
    // Some messages contain the separator of the table.
    config.put(name, value);
    Map<String, ConfigValue> values = SourceRegistry.definition(config).validateAll(config);
    ConfigValue at = values.get(name);
    assertThat(at).isNotNull();
    assertThat(Objects.requireNonNull(at).errorMessages())
        .anySatisfy(text -> assertThat(text).startsWith(message));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "redis.mode; cluster; redis.nodes; is needed with redis.mode=cluster",
        "redis.username; u; redis.password; is needed with redis.username",
        "redis.backoff.max.ms; 5; redis.backoff.max.ms; is below redis.backoff.min.ms",
        "record.max.bytes; 50000; record.max.bytes; 50000 is less than value.max.bytes, 65536, but a"
            + " record has at least one whole value: set value.max.bytes to at most 50000 (longer"
            + " values are then rejected)",
        "sources.a.type; hash; sources.a.pattern; is needed for type hash",
        "sources.a.type; archive; sources.a.window; is needed for type archive",
        "redis.nodes; h:1; redis.nodes; is not used with redis.mode=standalone, only with sentinel,"
            + " cluster",
        "redis.sentinel.master; m; redis.sentinel.master; is not used with redis.mode=standalone,"
            + " only with sentinel",
        "redis.tls.truststore.path; t; redis.uri; needs rediss:// with redis.tls.truststore.path:"
            + " redis:// is not encrypted",
        "redis.tls.keystore.path; k; redis.uri; needs rediss:// with redis.tls.keystore.path:"
            + " redis:// is not encrypted",
        "redis.tls.verify.hostname; false; redis.tls.verify.hostname; has no effect unless"
            + " redis.uri begins with rediss://",
        "redis.tls.truststore.password; p; redis.tls.truststore.password; has no effect unless"
            + " redis.uri begins with rediss://",
        "aggregation.ttl.seconds; 60; aggregation.ttl.seconds; is used with"
            + " aggregation.enabled=true only: the task that triggers the script writes it",
        "aggregation.classes; voltage:1-9; aggregation.classes; is used with"
            + " aggregation.enabled=true only: the task that triggers the script writes it",
        "aggregation.windows; 5s,15s; aggregation.windows; is used with"
            + " aggregation.enabled=true only: the task that triggers the script writes it"
      })
  void contradiction_isToldOnTheKeyAtFault(String name, String value, String at, String message) {
    Map<String, String> config = minimal();
    config.put(name, value);
    assertThat(Readers.config(config).crossErrors(Instant.now())).containsEntry(at, message);
  }

  /** Each of these settings would silently merge several series, or fields, into one. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "m; m_$2; a:$1; *; mappings.m.measurement; has $2, but the pattern has 1 group",
        "m; m; a:$1,b:x$3; *; mappings.m.tags; has $3, but the pattern has 1 group",
        "all,m; m; a:$1; *; mappings.m.pattern; is never asked: mapping all before it takes every"
            + " key",
      })
  void mappingThatWouldMergeWhatIsApart_isRefused(
      String mappings, String measurement, String tags, String fields, String at, String message) {
    Map<String, String> config = sourceOf("hash");
    config.put("mappings", mappings);
    config.put("mappings.m.pattern", "plant:([0-9]+)");
    config.put("mappings.m.measurement", measurement);
    config.put("mappings.m.tags", tags);
    config.put("mappings.m.fields", fields);
    if (mappings.contains("all")) {
      config.put("mappings.all.pattern", "(.*)");
      config.put("mappings.all.measurement", "all");
    }
    assertThat(Readers.config(config).crossErrors(Instant.now())).isEqualTo(Map.of(at, message));
  }

  /**
   * If a key has two values, one of them would silently be ignored; a starting task checks that,
   * too.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "sources.h.deadband; v:1, v:2; gives field v two widths",
        "sources.h.deadband; *:1%,v:1,*:2; gives field * two widths",
        "mappings.m.tags; a:$1,a:b; has tag a twice",
        "mappings.m.fields; 1:v,1:w; gives field 1 two names",
        "mappings.m.fields; 1:v,2:v,*; calls two fields v: one would be lost",
        "aggregation.windows; 1m,5m,1m; 1m is listed twice",
        "aggregation.windows; 1m,60s; 60s is as long as 1m, and the script makes windows of the"
            + " first"
      })
  void keyGivenTwice_isRefused(String setting, String value, String message) {
    Map<String, String> config = minimal();
    config.put("sources", "a,h");
    config.put("sources.h.type", "hash");
    config.put("sources.h.pattern", "comsrv:*");
    config.put("mappings", "m");
    config.put("mappings.m.pattern", "plant:([0-9]+)");
    config.put("mappings.m.measurement", "m");
    config.put("aggregation.enabled", "true");
    assertThat(Readers.config(config).crossErrors(Instant.now())).isEmpty();
    config.put(setting, value);
    assertThat(errors(config).get(setting))
        .startsWith("Invalid value " + value.replace(", ", ",") + " for configuration " + setting)
        .contains(": " + message + "; valid: ");
    assertThatThrownBy(() -> Readers.config(config))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(setting)
        .hasMessageContaining(message);
  }

  /** Patterns that never match anything to read. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "hash; *:ts; *; the times",
        "hash; inst:*,comsrv:*:m:raw; comsrv:*:m; the raw numbers",
        "pubsub; __keyspace@0__:*:ts; __keyspace@0__:*; the times"
      })
  void patternOfCompanions_isRefused(String type, String pattern, String instead, String hold) {
    Map<String, String> config = minimal();
    config.put("sources", "h");
    config.keySet().removeIf(name -> name.startsWith("sources.a."));
    config.put("sources.h.type", type);
    config.put("sources.h.pattern", pattern);
    assertThat(Readers.config(config).crossErrors(Instant.now()).get("sources.h.pattern"))
        .contains("matches companions only", hold)
        .endsWith("name the hashes themselves: '" + instead + "'");
  }

  @Test
  void patternOfCompanions_isRefusedToTheAggregation() {
    Map<String, String> config = minimal();
    config.put("aggregation.enabled", "true");
    config.put("aggregation.patterns", "comsrv:*:m,comsrv:*:ts");
    assertThat(Readers.config(config).crossErrors(Instant.now()).get("aggregation.patterns"))
        .startsWith("'comsrv:*:ts' matches companions only");
  }

  /** The second source would take elements that are in flight for the first. */
  @ParameterizedTest
  @CsvSource({
    "l, b, list l is already read by sources.a.key",
    "l:inflight, b, list l:inflight is already read by sources.a.key",
    "{l}:claim, b, list {l}:claim is already read by sources.a.key",
    "l:rejected, b, list l:rejected is already read by sources.a.key"
  })
  void keyBesideAnotherList_isRefused(String key, String at, String message) {
    Map<String, String> config = minimal();
    config.put("sources", "a,b");
    config.put("sources.b.type", "list");
    config.put("sources.b.key", key);
    assertThat(Readers.config(config).crossErrors(Instant.now()))
        .isEqualTo(Map.of("sources." + at + ".key", message));
  }

  /** If a pattern is wrong, nothing is said about its groups. */
  @Test
  void wrongPattern_isTheOnlyMistake() {
    Map<String, String> config = minimal();
    config.put("mappings", "m");
    config.put("mappings.m.pattern", "(");
    config.put("mappings.m.measurement", "m_$1");
    assertThat(errors(config)).containsKey("mappings.m.pattern");
    assertThat(errors(config)).doesNotContainKey("mappings.m.measurement");
  }

  @ParameterizedTest
  @CsvSource({
    "org.apache.kafka.connect.storage.StringConverter, , true",
    "StringConverter, , true",
    "org.apache.kafka.connect.converters.ByteArrayConverter, , true",
    "org.apache.kafka.connect.storage.StringConverter, toText, false",
    "org.apache.kafka.connect.json.JsonConverter, , false",
    "com.example.StringConverter, , false",
  })
  void converterOfSingleValues_isRefused(
      String converter, @Nullable String transforms, boolean isRefused) {
    Map<String, String> config = minimal();
    config.put("value.converter", converter);
    if (transforms != null) {
      config.put("transforms", transforms);
    }
    Map<String, String> errors = errors(config);
    assertThat(errors.containsKey("value.converter")).isEqualTo(isRefused);
    if (isRefused) {
      assertThat(errors.get("value.converter"))
          .startsWith("value.converter: " + converter + " is for single values");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "key.converter, org.apache.kafka.connect.converters.IntegerConverter, , true",
    "header.converter, org.apache.kafka.connect.converters.ByteArrayConverter, , true",
    "key.converter, LongConverter, toLong, false",
    "key.converter, org.apache.kafka.connect.storage.StringConverter, , false",
    "header.converter, org.apache.kafka.connect.storage.SimpleHeaderConverter, , false",
    "key.converter, org.apache.kafka.connect.json.JsonConverter, , false"
  })
  void converterThatTakesNoTexts_isRefused(
      String setting, String converter, @Nullable String transforms, boolean isRefused) {
    Map<String, String> config = minimal();
    config.put(setting, converter);
    if (transforms != null) {
      config.put("transforms", transforms);
    }
    assertThat(errors(config).containsKey(setting)).isEqualTo(isRefused);
    if (isRefused) {
      assertThat(errors(config).get(setting))
          .startsWith(setting + ": " + converter + " takes no texts");
    }
  }

  /** A user who switches something off for a while keeps the other settings for later. */
  @Test
  void whatIsSwitchedOff_mayKeepItsSettings_andDefaultsMayBeRepeated() {
    Map<String, String> config = minimal();
    config.put("aggregation.windows", "1m,5m");
    config.put("status.topic", "");
    config.put("status.interval.ms", "5000");
    assertThat(Readers.config(config).crossErrors(Instant.now())).isEmpty();
    config.put("aggregation.windows", "1m");
    config.put("aggregation.classes", "voltage:1-9");
    assertThat(Readers.config(config).crossErrors(Instant.now()))
        .containsOnlyKeys("aggregation.windows", "aggregation.classes");
    config.put("aggregation.enabled", "false");
    assertThat(Readers.config(config).crossErrors(Instant.now())).isEmpty();
  }

  @Test
  void aggregation_whoseSampleDoesNotDivideTheWindow_isRefused() {
    Map<String, String> config = minimal();
    config.put("aggregation.enabled", "true");
    config.put("aggregation.interval.seconds", "7");
    assertThat(Readers.config(config).crossErrors(Instant.now()))
        .containsEntry("aggregation.interval.seconds", "7 does not divide the first window, 1m");
  }

  // field cases R9, R10
  @ParameterizedTest
  @CsvSource({
    "redis://my_redis:6379, my_redis:6379",
    "redis://h, h:6379",
    "rediss://[::1]:7/3, [::1]:7",
    "redis://größe.example/0, größe.example:6379"
  })
  void host_isTakenAsItIs(String uri, String where) {
    Map<String, String> config = minimal();
    config.put("redis.uri", uri);
    assertThat(Readers.config(config).redis("").where()).isEqualTo(where);
  }

  // field case R10
  @Test
  void password_isTakenAsItIs() {
    Map<String, String> config = minimal();
    config.put("redis.password", " p ");
    assertThat(Objects.requireNonNull(Readers.config(config).redis("").password()).value())
        .isEqualTo(" p ");
    // As from a file whose last line ends with a line break.
    config.put("redis.password", " p \n");
    assertThat(Objects.requireNonNull(Readers.config(config).redis("").password()).value())
        .isEqualTo(" p ");
  }

  @Test
  void twoSourcesOverOneList_areRefused() {
    Map<String, String> config = minimal();
    config.put("sources", "a,b");
    config.put("sources.b.type", "list");
    config.put("sources.b.key", "l");
    assertThat(Readers.config(config).crossErrors(Instant.now()))
        .containsEntry("sources.b.key", "list l is already read by sources.a.key");
  }

  @Test
  void secrets_arePasswords() {
    Set<String> passwords = new HashSet<>();
    for (ConfigDef.ConfigKey key : RedisSourceConfig.staticDefinition().configKeys().values()) {
      if (key.type == ConfigDef.Type.PASSWORD) {
        passwords.add(key.name);
      }
    }
    assertThat(passwords)
        .containsExactlyInAnyOrder(
            "redis.password",
            "redis.sentinel.password",
            "redis.tls.truststore.password",
            "redis.tls.truststore.certificates",
            "redis.tls.keystore.password",
            "redis.tls.keystore.certificate.chain",
            "redis.tls.keystore.key",
            "redis.tls.key.password");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "redis.mode; standalone, sentinel, cluster",
        "nonfinite.values; drop, text",
        "sources.a.type; archive, list, hash, pubsub, stream"
      })
  void choices_areRecommended(String name, String choices) {
    ConfigValue value = validated().get(name);
    assertThat(Objects.requireNonNull(value).recommendedValues())
        .isEqualTo(List.of(choices.split(", ")));
    assertThat(value.visible()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "redis.mode; standalone; ",
        "redis.mode; cluster; redis.nodes",
        "redis.mode; sentinel; redis.nodes redis.sentinel.master redis.sentinel.username"
            + " redis.sentinel.password",
        "redis.mode; raft; ",
        "redis.uri; redis://h:1; ",
        "redis.uri; rediss://h:1; redis.tls.truststore.path redis.tls.truststore.password"
            + " redis.tls.truststore.certificates redis.tls.keystore.path"
            + " redis.tls.keystore.password redis.tls.keystore.certificate.chain"
            + " redis.tls.keystore.key redis.tls.key.password redis.tls.verify.hostname",
        "aggregation.enabled; false; ",
        "aggregation.enabled; true; aggregation.windows aggregation.patterns aggregation.classes"
            + " aggregation.interval.seconds aggregation.ttl.seconds aggregation.alive.seconds"
            + " aggregation.alive.unstamped.seconds aggregation.refresh.seconds"
            + " aggregation.slice.us aggregation.pending.max",
        "sources.a.type; archive; sources.a.window sources.a.scan",
        "sources.a.type; list; sources.a.key sources.a.rejected.max",
        "sources.a.type; stream; sources.a.key",
        "sources.a.type; hash; sources.a.pattern sources.a.deadband sources.a.min.interval.ms",
        "sources.a.type; pubsub; sources.a.pattern sources.a.queue.max sources.a.deadband"
            + " sources.a.min.interval.ms",
        // If the type is not set, no setting is known to be useless.
        "sources.a.type; ; sources.a.window sources.a.scan sources.a.key sources.a.rejected.max"
            + " sources.a.pattern sources.a.queue.max sources.a.deadband sources.a.min.interval.ms"
      })
  void settings_areShownWithTheSettingThatUsesThem(
      String name, @Nullable String value, @Nullable String shown) {
    Map<String, String> config = minimal();
    config.remove(name);
    if (value != null) {
      config.put(name, value);
    }
    Map<String, ConfigValue> values = SourceRegistry.definition(config).validateAll(config);
    ConfigDef.ConfigKey key = SourceRegistry.definition(minimal()).configKeys().get(name);
    assertThat(
            Objects.requireNonNull(key).dependents.stream()
                .filter(other -> Objects.requireNonNull(values.get(other)).visible()))
        .containsExactlyInAnyOrder(shown == null ? new String[0] : shown.split(" "));
  }

  @Test
  void settings_thatAreHidden_areKnownToTheOneThatShowsThem() {
    Set<String> dependents = new HashSet<>();
    SourceRegistry.definition(minimal())
        .configKeys()
        .values()
        .forEach(key -> dependents.addAll(key.dependents));
    Map<String, ConfigValue> values = validated();
    assertThat(values.values())
        .filteredOn(value -> !value.visible())
        .extracting(ConfigValue::name)
        .hasSize(29)
        .isSubsetOf(dependents);
  }

  private static Map<String, ConfigValue> validated() {
    return SourceRegistry.definition(minimal()).validateAll(minimal());
  }
}

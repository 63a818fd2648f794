package com.voltageems.hissrv.influx.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.influx.answer.InfluxVersion;
import com.voltageems.hissrv.influx.batch.Destination;
import com.voltageems.hissrv.influx.config.InfluxSinkConfig;
import com.voltageems.hissrv.influx.delivery.Backoff;
import com.voltageems.hissrv.influx.delivery.Delivery;
import com.voltageems.hissrv.influx.http.HttpInfluxWriter;
import com.voltageems.hissrv.influx.mapping.NarrowRecords;
import com.voltageems.hissrv.influx.mapping.SampleToPoint;
import com.voltageems.hissrv.influx.point.Dialect;
import com.voltageems.hissrv.influx.point.LineForm;
import com.voltageems.hissrv.influx.point.Precision;
import com.voltageems.hissrv.influx.questdb.TableForm;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InfluxSinkConfigTest {
  /** The groups of settings in their order, with their titles in the README. */
  static final Map<String, String> GROUPS = new LinkedHashMap<>();

  static {
    for (String group : List.of("Database", "TLS", "QuestDB", "Records", "Mapping", "Writing")) {
      GROUPS.put(group, group);
    }
  }

  private static final Map<String, String> LEAST =
      Map.of("influxdb.url", "http://127.0.0.1:8086", "influxdb.bucket", "ems");

  private static InfluxSinkConfig config(String... more) {
    Map<String, String> props = new HashMap<>(LEAST);
    for (int i = 0; i < more.length; i += 2) {
      props.put(more[i], more[i + 1]);
    }
    return new InfluxSinkConfig(props);
  }

  @Test
  void defaults() {
    InfluxSinkConfig config = config();
    assertThat(config.database().version()).isEqualTo(InfluxVersion.V2);
    assertThat(config("influxdb.version", "questdb").database().lineForm().dialect())
        .isEqualTo(Dialect.QUESTDB);
    assertThat(config.questDb().tables()).isEmpty();
    assertThat(config.database().url()).isEqualTo("http://127.0.0.1:8086");
    assertThat(config.database().token()).isNull();
    assertThat(config.database().org()).isNull();
    assertThat(config.database().destination()).isEqualTo(new Destination("ems", null));
    assertThat(config.database().username()).isNull();
    assertThat(config.database().password()).isNull();
    assertThat(config.database().gzip()).isFalse();
    assertThat(config.database().connectTimeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.database().writeTimeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config.database().validateConnection()).isTrue();
    assertThat(config.recordToPoint()).isInstanceOf(SampleToPoint.class);
    assertThat(config.database().lineForm().dialect()).isEqualTo(Dialect.INFLUXDB);
    assertThat(config.records().dropRejected()).isFalse();
    assertThat(config.writing().batchBytes()).isEqualTo(2 * 1024 * 1024);
    assertThat(config.writing().linger()).isEqualTo(Duration.ofMillis(200));
    assertThat(config.writing().bufferRecords()).isEqualTo(20_000);
    assertThat(config.writing().bufferBytes()).isEqualTo(8L * 1024 * 1024);
    assertThat(config.writing().workers()).isEqualTo(1);
    assertThat(config.writing().deliveryRules())
        .isEqualTo(
            new Delivery.Rules(
                new Backoff(Duration.ofMillis(200), Duration.ofSeconds(10)),
                null,
                3,
                Duration.ofSeconds(30)));
    assertThat(config.writing().flushTimeout()).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void everyKey_set() {
    Map<String, String> props = new HashMap<>();
    props.put("influxdb.version", "1");
    props.put("influxdb.url", "https://db:8086/");
    props.put("influxdb.token", "t");
    props.put("influxdb.org", "o");
    props.put("influxdb.bucket", "b");
    props.put("influxdb.bucket.create", "true");
    props.put("influxdb.bucket.retention", "8w");
    props.put("influxdb.database", "d");
    props.put("influxdb.retention.policy", "r");
    props.put("influxdb.username", "u");
    props.put("influxdb.password", "p");
    props.put("influxdb.precision", "us");
    props.put("influxdb.gzip", "true");
    for (String tls :
        List.of(
            "truststore.location",
            "truststore.password",
            "truststore.certificates",
            "keystore.location",
            "keystore.password",
            "keystore.certificate.chain",
            "keystore.key",
            "key.password")) {
      props.put("influxdb.ssl." + tls, "t");
    }
    props.put("influxdb.ssl.endpoint.identification.algorithm", "");
    props.put("connect.timeout.ms", "1");
    props.put("write.timeout.ms", "2");
    props.put("validate.connection", "false");
    props.put("questdb.table.create", "true");
    props.put("questdb.table.partition", "week");
    props.put("questdb.table.ttl", "8w");
    props.put("questdb.table.symbol.capacity", "9");
    props.put("questdb.table.symbol.index", "true");
    props.put("questdb.columns.max", "15");
    props.put("bucket.by.topic", "a*:x/y,b:z");
    props.put("record.format", "any");
    props.put("record.layout", "narrow");
    props.put("mapping.envelope", "debezium");
    props.put("mapping.deleted", "ignore");
    props.put("mapping.arrays", "flatten");
    props.put("mapping.measurement", "m_${topic}");
    props.put("mapping.tags", "a,b=key.c");
    props.put("mapping.fields", "d,e=f.g");
    props.put("mapping.points", "h");
    props.put("mapping.timestamp", "i");
    props.put("mapping.timestamp.format", "yyyy-MM-dd HH:mm:ss");
    props.put("mapping.timestamp.zone", "Asia/Shanghai");
    props.put("field.types", "f:integer");
    props.put("text.suffix", "_text");
    props.put("null.values", "ignore");
    props.put("empty.points", "ignore");
    props.put("rejected.records", "drop");
    props.put("batch.size.min", "3");
    props.put("batch.size.max", "4");
    props.put("batch.bytes.max", "5");
    props.put("linger.ms", "6");
    props.put("buffer.records.max", "7");
    props.put("buffer.bytes.max", "8");
    props.put("write.workers", "9");
    props.put("retry.backoff.ms", "10");
    props.put("retry.backoff.max.ms", "11");
    props.put("retry.max.time.ms", "12");
    props.put("flush.timeout.ms", "13");
    props.put("poison.retries", "14");
    assertThat(new TreeSet<>(props.keySet()))
        .isEqualTo(new TreeSet<>(InfluxSinkConfig.CONFIG_DEF.names()));

    InfluxSinkConfig config = new InfluxSinkConfig(props);
    assertThat(config.database().version()).isEqualTo(InfluxVersion.V1);
    assertThat(config.database().url()).isEqualTo("https://db:8086");
    assertThat(config.database().token()).containsExactly('t');
    assertThat(config.database().org()).isEqualTo("o");
    assertThat(config.database().destination()).isEqualTo(new Destination("d", "r"));
    assertThat(config.database().username()).isEqualTo("u");
    assertThat(config.database().password()).isEqualTo("p");
    assertThat(config.database().createsBuckets()).isFalse();
    assertThat(config.database().retention()).contains(Duration.ofDays(56));
    assertThat(config.database().lineForm())
        .isEqualTo(new LineForm(Dialect.INFLUXDB, Precision.US));
    assertThat(config.database().gzip()).isTrue();
    assertThat(config.database().connectTimeout()).isEqualTo(Duration.ofMillis(1));
    assertThat(config.database().writeTimeout()).isEqualTo(Duration.ofMillis(2));
    assertThat(config.database().validateConnection()).isFalse();
    assertThat(config.destinations().of("a1")).isEqualTo(new Destination("x", "y"));
    assertThat(config.destinations().of("b")).isEqualTo(new Destination("z", null));
    assertThat(config.destinations().of("c")).isEqualTo(new Destination("d", "r"));
    assertThat(config.recordToPoint()).isInstanceOf(NarrowRecords.class);
    assertThat(config.questDb().tables())
        .contains(
            new TableForm(
                TableForm.Partition.WEEK, Optional.of(new TableForm.Ttl(8, 'w')), 9, true));
    assertThat(config.questDb().mostColumns()).isEqualTo(15);
    assertThat(config.records().dropRejected()).isTrue();
    assertThat(config.writing().newBatchSize().lines()).isEqualTo(4);
    assertThat(config.writing().batchBytes()).isEqualTo(5);
    assertThat(config.writing().linger()).isEqualTo(Duration.ofMillis(6));
    assertThat(config.writing().bufferRecords()).isEqualTo(7);
    assertThat(config.writing().bufferBytes()).isEqualTo(8);
    assertThat(config.writing().workers()).isEqualTo(9);
    assertThat(config.writing().deliveryRules())
        .isEqualTo(
            new Delivery.Rules(
                new Backoff(Duration.ofMillis(10), Duration.ofMillis(11)),
                Duration.ofMillis(12),
                14,
                Duration.ofMillis(2)));
    assertThat(config.writing().flushTimeout()).isEqualTo(Duration.ofMillis(13));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      value = {
        "influxdb.version#3#Invalid value 3 for configuration influxdb.version: not one of them;"
            + " valid: 2 | 1 | questdb",
        "influxdb.url#db:8086#Invalid value db:8086 for configuration influxdb.url: the scheme is not"
            + " http or https; valid: http://host:port or https://host:port",
        "influxdb.bucket.retention#24856d#Invalid value 24856d for configuration"
            + " influxdb.bucket.retention: longer than 24855d; leave it out to keep points for ever;"
            + " valid: 12h, 90d or 8w",
        // field case O5
        "influxdb.url#http://u:SECRET@db:8086#Invalid value http://[hidden]@db:8086 for"
            + " configuration influxdb.url: a user or password in an address would be shown in the"
            + " open; use influxdb.token, or influxdb.username and influxdb.password; valid:"
            + " http://host:port or https://host:port",
        "influxdb.url#http://db?p=SECRET#Invalid value http://db?p=[hidden] for configuration"
            + " influxdb.url: ?p=[hidden] is not read from an address; use influxdb.token, or"
            + " influxdb.username and influxdb.password; valid: http://host:port or"
            + " https://host:port",
        "field.types#x#Invalid value x for configuration field.types: 'x' is not of the form"
            + " name:type, for example status:integer; valid: name:type",
        "bucket.by.topic#x#Invalid value x for configuration bucket.by.topic: 'x' is not of the form"
            + " topic:bucket, for example hissrv.archive5m:ems_5m; valid: topic:bucket",
        "mapping.measurement#a_${b#Invalid value a_${b for configuration mapping.measurement:"
            + " 'a_${b' has ${ without }; valid: text with ${place}",
        "mapping.tags#=a#Invalid value =a for configuration mapping.tags: '=a' has no name before"
            + " '='; valid: place or name=place",
        "mapping.timestamp.zone#Mars#Invalid value Mars for configuration mapping.timestamp.zone:"
            + " Unknown time-zone ID: Mars; valid: time zone",
        "write.workers#0#Invalid value 0 for configuration write.workers: Value must be at least 1",
        "retry.max.time.ms#-2#Invalid value -2 for configuration retry.max.time.ms: Value must be"
            + " at least -1",
        "rejected.records#x#Invalid value x for configuration rejected.records: not one of them; valid:"
            + " report | drop",
      })
  void invalid(String key, String value, String message) {
    assertThatThrownBy(() -> config(key, value))
        .isInstanceOf(ConfigException.class)
        .hasMessage(message);
  }

  @Test
  void bucketOrDatabase_isNeeded() {
    assertThatThrownBy(
            () ->
                new InfluxSinkConfig(Map.of("influxdb.url", "http://db:1"))
                    .database()
                    .destination())
        .hasMessage("influxdb.bucket must be set when influxdb.version is 2");
    assertThatThrownBy(() -> config("influxdb.version", "1").database().destination())
        .hasMessage("influxdb.database must be set when influxdb.version is 1");
  }

  @Test
  void validate_putsMessagesOnTheKey() {
    Map<String, String> props = new HashMap<>(LEAST);
    props.put("batch.size.min", "10");
    props.put("batch.size.max", "5");
    props.put("validate.connection", "false");
    List<ConfigValue> wrong =
        new InfluxSinkConnector()
            .validate(props).configValues().stream()
                .filter(value -> !value.errorMessages().isEmpty())
                .toList();
    assertThat(wrong).extracting(ConfigValue::name).containsExactly("batch.size.min");
  }

  @Test
  void validate_placeholderThatTheWorkerLeft() {
    Map<String, String> props = new HashMap<>(LEAST);
    props.put("influxdb.token", "${INFLUXDB_TOKEN}");
    props.put("influxdb.url", "${env:URL}");
    props.put("record.format", "any");
    props.put("mapping.measurement", "${topic}");
    List<ConfigValue> wrong =
        new InfluxSinkConnector()
            .validate(props).configValues().stream()
                .filter(value -> !value.errorMessages().isEmpty())
                .toList();
    assertThat(wrong)
        .extracting(ConfigValue::name)
        .containsExactlyInAnyOrder("influxdb.token", "influxdb.url");
    assertThat(wrong)
        .allSatisfy(
            value ->
                assertThat(value.errorMessages())
                    .singleElement()
                    .asString()
                    .startsWith(value.name() + " still holds a placeholder")
                    .contains("config.providers=env")
                    .contains("that the provider does not have, or may not read"));
  }

  /** Settings that have no effect because another setting decides otherwise. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      value = {
        "mapping.tags=a#mapping.tags#mapping.tags has no effect unless record.format is any",
        "empty.points=ignore#empty.points#empty.points has no effect unless record.format is any",
        "record.format=line;field.types=a:integer#field.types#field.types has no effect with"
            + " record.format=line: lines say the types of their fields",
        "record.format=any;mapping.deleted=ignore#mapping.deleted#mapping.deleted has no effect"
            + " unless mapping.envelope is debezium",
        "record.format=any;mapping.timestamp.format=iso#mapping.timestamp.format#"
            + "mapping.timestamp.format has no effect without mapping.timestamp: the record's own"
            + " time counts",
        "record.format=any;mapping.timestamp=at;mapping.timestamp.zone=Asia/Shanghai#"
            + "mapping.timestamp.zone#mapping.timestamp.zone has no effect with"
            + " mapping.timestamp.format=ms: a number has no time zone",
        "record.format=any;empty.points=ignore#empty.points#empty.points has no effect without"
            + " mapping.points",
        "record.format=any;mapping.fields=a,b;mapping.arrays=flatten#mapping.arrays#mapping.arrays"
            + " has no effect where mapping.fields names each field; it is for every scalar of the"
            + " value, or of a place.*",
        "record.format=any;mapping.fields=v,time=at#mapping.fields#mapping.fields: 'time=at' has no"
            + " effect: time is the database's own name; give it another, such as at=at",
        "record.format=any;mapping.tags=time#mapping.tags#mapping.tags: 'time' has no effect: time"
            + " is the database's own name; give it another, such as at=time",
        "influxdb.database=d#influxdb.database#influxdb.database has no effect with"
            + " influxdb.version=2",
        "influxdb.username=u#influxdb.username#influxdb.username has no effect with"
            + " influxdb.version=2",
        "influxdb.bucket.retention=9d#influxdb.bucket.retention#influxdb.bucket.retention has no"
            + " effect unless influxdb.bucket.create is true",
        "influxdb.version=1;influxdb.bucket=;influxdb.database=d;influxdb.token=t#influxdb.token#"
            + "influxdb.token has no effect with influxdb.version=1",
        "influxdb.version=1;influxdb.bucket=;influxdb.database=d;influxdb.password=p#"
            + "influxdb.password#influxdb.password has no effect without influxdb.username",
        "influxdb.version=questdb;influxdb.bucket=;influxdb.token=t;influxdb.username=u#"
            + "influxdb.username#influxdb.username has no effect beside influxdb.token",
        "influxdb.version=questdb;influxdb.bucket=;questdb.table.ttl=90d#questdb.table.ttl#"
            + "questdb.table.ttl has no effect unless questdb.table.create is true: QuestDB makes"
            + " the tables",
        "questdb.table.create=true#questdb.table.create#questdb.table.create has no effect with"
            + " influxdb.version=2",
        "field.types=a*:float,ab*:integer#field.types#field.types: 'ab*:integer' has no effect"
            + " behind 'a*:float': the first that fits counts",
        "bucket.by.topic=*:x,a:y#bucket.by.topic#bucket.by.topic: 'a:y' has no effect behind '*:x':"
            + " the first that fits counts",
        "topics=a, b;bucket.by.topic=b:x,c:y#bucket.by.topic#bucket.by.topic: 'c:y' has no effect:"
            + " it fits none of the topics a, b",
        "retry.backoff.ms=20000;retry.backoff.max.ms=1000#retry.backoff.ms#retry.backoff.ms must not be larger than"
            + " retry.backoff.max.ms, the longest wait",
        "value.converter=StringConverter#value.converter#value.converter: StringConverter gives"
            + " single values, and a sample is a struct or a map; use"
            + " org.apache.kafka.connect.json.JsonConverter or that of a schema registry, or for"
            + " line protocol record.format=line",
        "flush.timeout.ms=300000#flush.timeout.ms#flush.timeout.ms has to be less than the"
            + " consumer's max.poll.interval.ms (300000), after which the group throws the task out",
        "consumer.override.auto.offset.reset=latest#consumer.override.auto.offset.reset#"
            + "consumer.override.auto.offset.reset: \"latest\" leaves out without a word what a topic"
            + " has before a task finds it, which of a new topic are minutes, and all that waits once"
            + " the offsets have expired; leave it at earliest. To leave out what is there, stop the"
            + " connector and PATCH /connectors/<name>/offsets to where it is to begin",
        "consumer.override.group.protocol=Consumer#consumer.override.group.protocol#"
            + "consumer.override.group.protocol: with \"consumer\" a sink task of Kafka Connect (seen"
            + " with 4.3) fails at its first rebalance; leave it at classic",
      })
  void validate_settingWithoutEffect(String settings, String key, String message) {
    assertThat(problems(settings)).isEqualTo(Map.of(key, List.of(message)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mapping.deleted=report;questdb.table.create=false;influxdb.database=",
        "record.format=any;mapping.arrays=flatten;mapping.fields=a,b.*",
        "record.format=any;mapping.timestamp=at;mapping.timestamp.format=iso;"
            + "mapping.timestamp.zone=Asia/Shanghai",
        "field.types=ab*:float,a*:integer",
        "topics=a;transforms=r;bucket.by.topic=c:y",
        "topics.regex=a;bucket.by.topic=c:y",
        "retry.backoff.ms=20000",
        "consumer.override.auto.offset.reset=earliest",
        "consumer.override.auto.offset.reset=none",
        "consumer.override.group.protocol=classic",
        "record.format=line;value.converter=org.apache.kafka.connect.storage.StringConverter",
        "record.format=any;value.converter=org.apache.kafka.connect.storage.StringConverter",
        "transforms=t;value.converter=org.apache.kafka.connect.storage.StringConverter",
      })
  void validate_settingThatMeansSomething(String settings) {
    assertThat(problems(settings)).isEmpty();
  }

  /** Otherwise Connect reports that offsets may have to be reset elsewhere, too. */
  @Test
  void offsets_areThoseOfTheGroupAlone() {
    assertThat(new InfluxSinkConnector().alterOffsets(Map.of(), Map.of())).isTrue();
  }

  /** Returns the problems of settings given as name=value;name=value, without asking a database. */
  private static Map<String, List<String>> problems(String settings) {
    Map<String, String> props = new HashMap<>(LEAST);
    props.put("validate.connection", "false");
    for (String setting : settings.split(";", -1)) {
      int equals = setting.indexOf('=');
      props.put(setting.substring(0, equals), setting.substring(equals + 1));
    }
    return new InfluxSinkConnector()
        .validate(props).configValues().stream()
            .filter(value -> !value.errorMessages().isEmpty())
            .collect(Collectors.toMap(ConfigValue::name, ConfigValue::errorMessages));
  }

  /** A pattern that reads only the date would give all times of a day the same moment. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "yyyy-MM-dd hh:mm:ss",
        "yyyy-MM-dd HH:mm:SS",
        "YYYY-MM-dd HH:mm:ss",
        "HH:mm:ss",
        "yyyy-MM",
      })
  void patternThatDoesNotReadWhatItWrites(String pattern) {
    assertThatThrownBy(() -> config("record.format", "any", "mapping.timestamp.format", pattern))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("mapping.timestamp.format")
        .hasMessageContaining("does not read the times that it writes, such as ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "yyyy-MM-dd HH:mm:ss",
        "dd.MM.yyyy HH:mm",
        "yyyyMMddHH",
        "yyyyMMdd",
        "yyyy-MM-dd hh:mm:ss a",
        "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
        "uuuu-DDD HH:mm:ss[.SSS]",
        "yyyy-MM-dd HH:mm:ss z",
        "yyyy-MM-dd HH:mm:ss VV",
        "EEE, d MMM yyyy HH:mm:ss Z",
        "iso",
        "us",
      })
  void patternThatReadsWhatItWrites(String pattern) {
    config("record.format", "any", "mapping.timestamp.format", pattern);
  }

  // field case R9
  @Test
  void hostWithAnUnderscore_isAHost() {
    InfluxSinkConfig config = config("influxdb.url", "http://my_influx:8086/");
    assertThat(config.database().url()).isEqualTo("http://my_influx:8086");
    // The HTTP client accepts this host name, too.
    new HttpInfluxWriter(config, Clock.systemUTC()).close();
  }

  // field case R10
  @Test
  void password_isTakenAsItIs() {
    assertThat(config("influxdb.password", " p ").database().password()).isEqualTo(" p ");
  }

  @Test
  void secrets_areNotInTheText() {
    InfluxSinkConfig config = config("influxdb.token", "s3cret", "influxdb.password", "s3cret");
    assertThat(config.values().toString()).doesNotContain("s3cret");
  }
}

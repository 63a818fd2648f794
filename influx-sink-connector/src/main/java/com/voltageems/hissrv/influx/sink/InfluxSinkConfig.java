package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.answer.InfluxVersion;
import com.voltageems.hissrv.influx.delivery.Backoff;
import com.voltageems.hissrv.influx.delivery.BatchSize;
import com.voltageems.hissrv.influx.delivery.Delivery;
import com.voltageems.hissrv.influx.delivery.Destination;
import com.voltageems.hissrv.influx.point.AnyToPoint;
import com.voltageems.hissrv.influx.point.Dialect;
import com.voltageems.hissrv.influx.point.Expression;
import com.voltageems.hissrv.influx.point.FieldTypes;
import com.voltageems.hissrv.influx.point.RecordToPoint;
import com.voltageems.hissrv.influx.point.SampleToPoint;
import com.voltageems.hissrv.influx.point.Template;
import com.voltageems.hissrv.influx.point.TimeFormat;
import com.voltageems.hissrv.plugin.Address;
import com.voltageems.hissrv.plugin.Submission;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigDef.Width;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

/** The connector's settings, typed. */
final class InfluxSinkConfig extends AbstractConfig {
  static final String VERSION_CONFIG = "influxdb.version";
  private static final String VERSION_DOC =
      "The write API: 2 is /api/v2/write, which InfluxDB 2.x, 1.8 and 3 and QuestDB have; 1 is"
          + " /write of InfluxDB 1.x.";

  static final String URL_CONFIG = "influxdb.url";
  private static final String URL_DOC =
      "The database's address, for example http://127.0.0.1:8086. No user and password in it.";

  static final String TOKEN_CONFIG = "influxdb.token";
  private static final String TOKEN_DOC =
      "Version 2: the API token; may be left out where the database asks for none.";

  static final String ORG_CONFIG = "influxdb.org";
  private static final String ORG_DOC = "Version 2: the organisation. QuestDB ignores it.";

  static final String BUCKET_CONFIG = "influxdb.bucket";
  private static final String BUCKET_DOC =
      "Version 2: the bucket, needed there. QuestDB ignores it.";

  static final String DATABASE_CONFIG = "influxdb.database";
  private static final String DATABASE_DOC = "Version 1: the database, needed there.";

  static final String RETENTION_POLICY_CONFIG = "influxdb.retention.policy";
  private static final String RETENTION_POLICY_DOC =
      "Version 1: the retention policy; the database's default one when left out.";

  static final String USERNAME_CONFIG = "influxdb.username";
  private static final String USERNAME_DOC =
      "Version 1: the user; sent in a header, never in the URL. None when left out.";

  static final String PASSWORD_CONFIG = "influxdb.password";
  private static final String PASSWORD_DOC = "Version 1: the user's password.";

  static final String GZIP_CONFIG = "influxdb.gzip";
  private static final boolean GZIP_DEFAULT = false;
  private static final String GZIP_DOC =
      "Whether requests are compressed: for slow links, not for the same machine.";

  static final String CONNECT_TIMEOUT_CONFIG = "connect.timeout.ms";
  private static final int CONNECT_TIMEOUT_DEFAULT = 5_000;
  private static final String CONNECT_TIMEOUT_DOC = "The longest wait for a connection.";

  static final String WRITE_TIMEOUT_CONFIG = "write.timeout.ms";
  private static final int WRITE_TIMEOUT_DEFAULT = 30_000;
  private static final String WRITE_TIMEOUT_DOC =
      "The longest that one request may take, answer included; after it the request is retried.";

  static final String VALIDATE_CONNECTION_CONFIG = "validate.connection";
  private static final boolean VALIDATE_CONNECTION_DEFAULT = true;
  private static final String VALIDATE_CONNECTION_DOC =
      "Whether the database is asked once when the connector is submitted, so that a wrong address,"
          + " token or bucket is refused at once.";

  static final String DIALECT_CONFIG = "line.dialect";
  private static final String DIALECT_DOC =
      "Who reads the lines: influxdb or questdb. They differ in what a backslash means: with the"
          + " wrong one, a backslash in a tag is lost or doubled, and QuestDB refuses texts with"
          + " line breaks. With questdb, the columns of QuestDB are looked at before a new name is"
          + " written.";

  static final String BUCKET_BY_TOPIC_CONFIG = "bucket.by.topic";
  private static final String BUCKET_BY_TOPIC_DOC =
      "Topics that do not go to the bucket (version 1: database) above: a list of topic:bucket, for"
          + " example hissrv.archive5m:ems_5m. The topic may have * in it; the first that fits"
          + " counts. Version 1 also takes topic:database/retention-policy.";

  static final String FORMAT_CONFIG = "record.format";
  private static final String FORMAT_DOC =
      "What records look like: sample is the shape that the Redis source writes; any is every other"
          + " struct, map or scalar, read by the rules under Mapping.";

  static final String FIELD_TYPES_CONFIG = "field.types";
  private static final String FIELD_TYPES_DOC =
      "Fields that are pinned to a type: a list of name:type with type float, integer, boolean or"
          + " string; the name may have * in it, and the first that fits counts. Every other number"
          + " is a float.";

  static final String TEXT_SUFFIX_CONFIG = "text.suffix";
  private static final String TEXT_SUFFIX_DEFAULT = "";
  private static final String TEXT_SUFFIX_DOC =
      "Put behind the name of a field whose value is a text, for example _text, so that a text"
          + " never meets a column of numbers.";

  static final String NULL_VALUES_CONFIG = "null.values";
  private static final String NULL_VALUES_DOC =
      "What to do with a record without a value (a tombstone): report it like any record that is no"
          + " sample, or ignore it.";

  static final String EMPTY_POINTS_CONFIG = "empty.points";
  private static final String EMPTY_POINTS_DOC =
      "What to do with a record whose array mapping.points is empty, null or not there: report it,"
          + " ignore it, or report it only when the array is not there (the place may be misspelt).";

  static final String REJECTED_CONFIG = "rejected.records";
  private static final String REJECTED_DOC =
      "What to do with a record that cannot be written: report it to the dead-letter queue (without"
          + " one the task fails, naming the record), or drop it, counted.";

  static final String MEASUREMENT_CONFIG = "mapping.measurement";
  private static final String MEASUREMENT_DEFAULT = "${topic}";
  private static final String MEASUREMENT_DOC =
      "The measurement: a text with places of the record in it, for example meter_${key.site}. A"
          + " place is topic, key, key.a.b, header.name, value.a.b, or a.b for a place in the"
          + " value.";

  static final String TAGS_CONFIG = "mapping.tags";
  private static final String TAGS_DOC =
      "The tags: a list of places, or of name=place, for example channel=device.id,site=key.";

  static final String FIELDS_CONFIG = "mapping.fields";
  private static final String FIELDS_DOC =
      "The fields: a list of places, or of name=place. Left out: every scalar of the value (nested"
          + " ones by dotted names; arrays and bytes are passed over) that is no tag and not the time;"
          + " of a value that is a scalar itself, the field value.";

  static final String POINTS_CONFIG = "mapping.points";
  private static final String POINTS_DOC =
      "The place of an array each element of which is a point of its own; places are looked for in"
          + " the element first, then in the value. Left out: one point a record.";

  static final String TIMESTAMP_CONFIG = "mapping.timestamp";
  private static final String TIMESTAMP_DOC =
      "The place of the time. Left out: the record's own time.";

  static final String TIMESTAMP_FORMAT_CONFIG = "mapping.timestamp.format";
  private static final String TIMESTAMP_FORMAT_DOC =
      "How the time is written: s, ms, us or ns since the epoch, iso, or a pattern of Java's"
          + " DateTimeFormatter, for example yyyy-MM-dd HH:mm:ss.";

  static final String TIMESTAMP_ZONE_CONFIG = "mapping.timestamp.zone";
  private static final String TIMESTAMP_ZONE_DOC =
      "The time zone of texts that name none, for example Asia/Shanghai.";

  static final String BATCH_MIN_CONFIG = "batch.size.min";
  private static final int BATCH_MIN_DEFAULT = 100;
  private static final String BATCH_MIN_DOC =
      "The fewest lines that the adaptive size of a request falls to.";

  static final String BATCH_MAX_CONFIG = "batch.size.max";
  private static final int BATCH_MAX_DEFAULT = 10_000;
  private static final String BATCH_MAX_DOC = "The most lines of a request.";

  static final String BATCH_BYTES_CONFIG = "batch.bytes.max";
  private static final int BATCH_BYTES_DEFAULT = 2 * 1024 * 1024;
  private static final String BATCH_BYTES_DOC =
      "The size of the body at which a request is full, before compression.";

  static final String LINGER_CONFIG = "linger.ms";
  private static final int LINGER_DEFAULT = 200;
  private static final String LINGER_DOC = "The longest wait for a request to fill.";

  static final String BUFFER_RECORDS_CONFIG = "buffer.records.max";
  private static final int BUFFER_RECORDS_DEFAULT = 20_000;
  private static final String BUFFER_RECORDS_DOC =
      "Records held before the topics are paused; exceeded by at most one poll of the consumer.";

  static final String BUFFER_BYTES_CONFIG = "buffer.bytes.max";
  private static final int BUFFER_BYTES_DEFAULT = 8 * 1024 * 1024;
  private static final String BUFFER_BYTES_DOC =
      "Bytes of line protocol held before the topics are paused. The records themselves, which are"
          + " held with them, take about ten times as much of the heap.";

  static final String WORKERS_CONFIG = "write.workers";
  private static final int WORKERS_DEFAULT = 1;
  private static final String WORKERS_DOC =
      "Requests under way at a time, per task. The partitions are divided into that many groups;"
          + " inside a group lines are written in order.";

  static final String BACKOFF_CONFIG = "retry.backoff.ms";
  private static final int BACKOFF_DEFAULT = 200;
  private static final String BACKOFF_DOC =
      "The wait before the first retry; it doubles with each further one, and up to a half of it is"
          + " taken off at random.";

  static final String BACKOFF_MAX_CONFIG = "retry.backoff.max.ms";
  private static final int BACKOFF_MAX_DEFAULT = 10_000;
  private static final String BACKOFF_MAX_DOC =
      "The longest wait between two tries, unless the database asks for more by Retry-After (then"
          + " at most ten minutes).";

  static final String RETRY_MAX_TIME_CONFIG = "retry.max.time.ms";
  private static final long RETRY_MAX_TIME_DEFAULT = -1;
  private static final String RETRY_MAX_TIME_DOC =
      "How long one request is retried before the task fails; -1 is for ever. Nothing is lost by"
          + " either: what was not written is not committed.";

  static final String POISON_RETRIES_CONFIG = "poison.retries";
  private static final int POISON_RETRIES_DEFAULT = 3;
  private static final String POISON_RETRIES_DOC =
      "How often the database may fail (HTTP 500) at a request before the line is looked for at"
          + " which it fails; and how often it then has to fail at that line alone, each time"
          + " between other lines that it accepts, until the record goes to the dead-letter queue."
          + " While it accepts none, it is the database that fails, and nothing is given up.";

  static final String FLUSH_TIMEOUT_CONFIG = "flush.timeout.ms";
  private static final int FLUSH_TIMEOUT_DEFAULT = 2_000;
  private static final String FLUSH_TIMEOUT_DOC =
      "The longest that a commit waits for lines under way, so that a rebalance or a stop repeats"
          + " few of them. No wait while the database is not answering.";

  private static final String INSTEAD =
      "use " + TOKEN_CONFIG + ", or " + USERNAME_CONFIG + " and " + PASSWORD_CONFIG;
  private static final String TOLERANCE = "errors.tolerance";
  private static final String DEAD_LETTER_TOPIC = "errors.deadletterqueue.topic.name";

  private static final String CONNECTION = "Database";
  private static final String RECORDS = "Records";
  private static final String MAPPING = "Mapping";
  private static final String WRITING = "Writing";

  static final ConfigDef CONFIG_DEF = define();

  private static ConfigDef define() {
    Definition d = new Definition();
    d.group(CONNECTION);
    d.key(
        VERSION_CONFIG,
        ConfigDef.Type.STRING,
        "2",
        ValidString.in("2", "1"),
        Importance.HIGH,
        VERSION_DOC);
    d.key(
        URL_CONFIG,
        ConfigDef.Type.STRING,
        ConfigDef.NO_DEFAULT_VALUE,
        urlForm(),
        Importance.HIGH,
        URL_DOC);
    d.key(TOKEN_CONFIG, ConfigDef.Type.PASSWORD, null, tokenForm(), Importance.HIGH, TOKEN_DOC);
    d.key(ORG_CONFIG, ConfigDef.Type.STRING, null, null, Importance.HIGH, ORG_DOC);
    d.key(BUCKET_CONFIG, ConfigDef.Type.STRING, null, null, Importance.HIGH, BUCKET_DOC);
    d.key(DATABASE_CONFIG, ConfigDef.Type.STRING, null, null, Importance.HIGH, DATABASE_DOC);
    d.key(
        RETENTION_POLICY_CONFIG,
        ConfigDef.Type.STRING,
        null,
        null,
        Importance.MEDIUM,
        RETENTION_POLICY_DOC);
    d.key(USERNAME_CONFIG, ConfigDef.Type.STRING, null, null, Importance.MEDIUM, USERNAME_DOC);
    d.key(PASSWORD_CONFIG, ConfigDef.Type.PASSWORD, null, null, Importance.MEDIUM, PASSWORD_DOC);
    d.key(GZIP_CONFIG, ConfigDef.Type.BOOLEAN, GZIP_DEFAULT, null, Importance.LOW, GZIP_DOC);
    d.millis(CONNECT_TIMEOUT_CONFIG, CONNECT_TIMEOUT_DEFAULT, 1, CONNECT_TIMEOUT_DOC);
    d.millis(WRITE_TIMEOUT_CONFIG, WRITE_TIMEOUT_DEFAULT, 1, WRITE_TIMEOUT_DOC);
    d.key(
        VALIDATE_CONNECTION_CONFIG,
        ConfigDef.Type.BOOLEAN,
        VALIDATE_CONNECTION_DEFAULT,
        null,
        Importance.LOW,
        VALIDATE_CONNECTION_DOC);

    d.group(RECORDS);
    d.key(
        FORMAT_CONFIG,
        ConfigDef.Type.STRING,
        "sample",
        ValidString.in("sample", "any"),
        Importance.MEDIUM,
        FORMAT_DOC);
    d.key(
        DIALECT_CONFIG,
        ConfigDef.Type.STRING,
        "influxdb",
        ValidString.in("influxdb", "questdb"),
        Importance.MEDIUM,
        DIALECT_DOC);
    d.key(
        BUCKET_BY_TOPIC_CONFIG,
        ConfigDef.Type.LIST,
        List.of(),
        each("topic:bucket", text -> Destinations.Rule.parse(text, InfluxVersion.V2)),
        Importance.MEDIUM,
        BUCKET_BY_TOPIC_DOC);
    d.key(
        FIELD_TYPES_CONFIG,
        ConfigDef.Type.LIST,
        List.of(),
        each("name:type", FieldTypes.Pin::parse),
        Importance.MEDIUM,
        FIELD_TYPES_DOC);
    d.key(
        TEXT_SUFFIX_CONFIG,
        ConfigDef.Type.STRING,
        TEXT_SUFFIX_DEFAULT,
        null,
        Importance.LOW,
        TEXT_SUFFIX_DOC);
    d.key(
        NULL_VALUES_CONFIG,
        ConfigDef.Type.STRING,
        "report",
        ValidString.in("report", "ignore"),
        Importance.LOW,
        NULL_VALUES_DOC);
    d.key(
        EMPTY_POINTS_CONFIG,
        ConfigDef.Type.STRING,
        "report-missing",
        ValidString.in("report-missing", "report", "ignore"),
        Importance.LOW,
        EMPTY_POINTS_DOC);
    d.key(
        REJECTED_CONFIG,
        ConfigDef.Type.STRING,
        "report",
        ValidString.in("report", "drop"),
        Importance.MEDIUM,
        REJECTED_DOC);

    d.group(MAPPING);
    d.key(
        MEASUREMENT_CONFIG,
        ConfigDef.Type.STRING,
        MEASUREMENT_DEFAULT,
        one("text with ${place}", Template::parse),
        Importance.MEDIUM,
        MEASUREMENT_DOC);
    d.key(
        TAGS_CONFIG,
        ConfigDef.Type.LIST,
        List.of(),
        each("place or name=place", Expression.Named::parse),
        Importance.MEDIUM,
        TAGS_DOC);
    d.key(
        FIELDS_CONFIG,
        ConfigDef.Type.LIST,
        List.of(),
        each("place or name=place", Expression.Named::parse),
        Importance.MEDIUM,
        FIELDS_DOC);
    d.key(
        POINTS_CONFIG,
        ConfigDef.Type.STRING,
        null,
        one("place", Expression::parse),
        Importance.LOW,
        POINTS_DOC);
    d.key(
        TIMESTAMP_CONFIG,
        ConfigDef.Type.STRING,
        null,
        one("place", Expression::parse),
        Importance.MEDIUM,
        TIMESTAMP_DOC);
    d.key(
        TIMESTAMP_FORMAT_CONFIG,
        ConfigDef.Type.STRING,
        "ms",
        one("s, ms, us, ns, iso or pattern", text -> TimeFormat.parse(text, ZoneOffset.UTC)),
        Importance.LOW,
        TIMESTAMP_FORMAT_DOC);
    d.key(
        TIMESTAMP_ZONE_CONFIG,
        ConfigDef.Type.STRING,
        "UTC",
        one("time zone", ZoneId::of),
        Importance.LOW,
        TIMESTAMP_ZONE_DOC);

    d.group(WRITING);
    d.count(BATCH_MIN_CONFIG, BATCH_MIN_DEFAULT, BATCH_MIN_DOC);
    d.count(BATCH_MAX_CONFIG, BATCH_MAX_DEFAULT, BATCH_MAX_DOC);
    d.count(BATCH_BYTES_CONFIG, BATCH_BYTES_DEFAULT, BATCH_BYTES_DOC);
    d.millis(LINGER_CONFIG, LINGER_DEFAULT, 0, LINGER_DOC);
    d.count(BUFFER_RECORDS_CONFIG, BUFFER_RECORDS_DEFAULT, BUFFER_RECORDS_DOC);
    d.count(BUFFER_BYTES_CONFIG, BUFFER_BYTES_DEFAULT, BUFFER_BYTES_DOC);
    d.key(
        WORKERS_CONFIG,
        ConfigDef.Type.INT,
        WORKERS_DEFAULT,
        Range.between(1, 64),
        Importance.MEDIUM,
        WORKERS_DOC);
    d.millis(BACKOFF_CONFIG, BACKOFF_DEFAULT, 1, BACKOFF_DOC);
    d.millis(BACKOFF_MAX_CONFIG, BACKOFF_MAX_DEFAULT, 1, BACKOFF_MAX_DOC);
    d.key(
        RETRY_MAX_TIME_CONFIG,
        ConfigDef.Type.LONG,
        RETRY_MAX_TIME_DEFAULT,
        Range.atLeast(-1),
        Importance.MEDIUM,
        RETRY_MAX_TIME_DOC);
    d.count(POISON_RETRIES_CONFIG, POISON_RETRIES_DEFAULT, POISON_RETRIES_DOC);
    d.millis(FLUSH_TIMEOUT_CONFIG, FLUSH_TIMEOUT_DEFAULT, 0, FLUSH_TIMEOUT_DOC);
    return d.def;
  }

  /** Keeps count of the order inside a group. */
  private static final class Definition {
    private final ConfigDef def = new ConfigDef();
    private String group = "";
    private int order;

    void group(String name) {
      group = name;
      order = 0;
    }

    void key(
        String name,
        ConfigDef.Type type,
        @Nullable Object defaultValue,
        ConfigDef.@Nullable Validator validator,
        Importance importance,
        String doc) {
      def.define(
          name, type, defaultValue, validator, importance, doc, group, ++order, Width.MEDIUM, name);
    }

    void count(String name, int defaultValue, String doc) {
      key(name, ConfigDef.Type.INT, defaultValue, Range.atLeast(1), Importance.MEDIUM, doc);
    }

    void millis(String name, int defaultValue, int least, String doc) {
      key(name, ConfigDef.Type.INT, defaultValue, Range.atLeast(least), Importance.LOW, doc);
    }
  }

  private static ConfigDef.Validator urlForm() {
    return ConfigDef.LambdaValidator.with(
        (name, value) -> {
          if (value != null) {
            checkUrl(name, (String) value);
          }
        },
        () -> "http://host:port or https://host:port");
  }

  private static void checkUrl(String name, String value) {
    try {
      Address.parse(value, List.of("http", "https"), INSTEAD);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(
          name,
          Address.masked(value),
          e.getMessage() + "; valid: http://host:port or https://host:port");
    }
  }

  private static ConfigDef.Validator tokenForm() {
    return ConfigDef.LambdaValidator.with(
        (name, value) -> {
          boolean sound =
              value == null || ((Password) value).value().chars().allMatch(c -> c > ' ' && c < 127);
          if (!sound) {
            // The value stays out of the message.
            throw new ConfigException(
                name
                    + " has a blank, a line break or a letter such as \u00f6 in it, which no HTTP"
                    + " header can carry and no token has");
          }
        },
        () -> "");
  }

  private static ConfigDef.Validator one(String form, Consumer<String> parse) {
    return ConfigDef.LambdaValidator.with(
        (name, value) -> {
          if (value instanceof String text) {
            check(name, text, parse);
          }
        },
        () -> form);
  }

  private static void check(String name, String text, Consumer<String> parse) {
    try {
      parse.accept(text);
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new ConfigException(name + ": " + e.getMessage());
    }
  }

  private static ConfigDef.Validator each(String form, Consumer<String> parse) {
    return ConfigDef.LambdaValidator.with(
        (name, value) -> {
          if (value instanceof List<?> entries) {
            for (Object entry : entries) {
              check(name, (String) entry, parse);
            }
          }
        },
        () -> "list of " + form);
  }

  InfluxSinkConfig(Map<String, String> props) {
    super(CONFIG_DEF, new Submission(props).given(), false);
  }

  InfluxVersion version() {
    return InfluxVersion.of(getString(VERSION_CONFIG));
  }

  /** Without a slash at the end. */
  String url() {
    String url = getString(URL_CONFIG);
    return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
  }

  char @Nullable [] token() {
    Password token = getPassword(TOKEN_CONFIG);
    return token == null ? null : token.value().toCharArray();
  }

  @Nullable String org() {
    return getString(ORG_CONFIG);
  }

  @Nullable String username() {
    return getString(USERNAME_CONFIG);
  }

  @Nullable String password() {
    Password password = Submission.password(originals().get(PASSWORD_CONFIG));
    return password == null ? null : password.value();
  }

  boolean gzip() {
    return getBoolean(GZIP_CONFIG);
  }

  Duration connectTimeout() {
    return millis(CONNECT_TIMEOUT_CONFIG);
  }

  Duration writeTimeout() {
    return millis(WRITE_TIMEOUT_CONFIG);
  }

  boolean validateConnection() {
    return getBoolean(VALIDATE_CONNECTION_CONFIG);
  }

  /**
   * Where topics go that no rule names.
   *
   * @throws ConfigException when the setting that the version needs is not there
   */
  Destination destination() {
    String key = version() == InfluxVersion.V2 ? BUCKET_CONFIG : DATABASE_CONFIG;
    String bucket = getString(key);
    if (bucket == null || bucket.isBlank()) {
      throw new ConfigException(
          key + " must be set when " + VERSION_CONFIG + " is " + version().setting());
    }
    return new Destination(
        bucket, version() == InfluxVersion.V1 ? getString(RETENTION_POLICY_CONFIG) : null);
  }

  Destinations destinations() {
    InfluxVersion version = version();
    return new Destinations(
        getList(BUCKET_BY_TOPIC_CONFIG).stream()
            .map(text -> Destinations.Rule.parse(text, version))
            .toList(),
        destination());
  }

  RecordToPoint recordToPoint() {
    FieldTypes types =
        new FieldTypes(
            getList(FIELD_TYPES_CONFIG).stream().map(FieldTypes.Pin::parse).toList(), dialect());
    boolean ignoreNullValues = getString(NULL_VALUES_CONFIG).equals("ignore");
    String textSuffix = getString(TEXT_SUFFIX_CONFIG);
    return getString(FORMAT_CONFIG).equals("any")
        ? new AnyToPoint(rules(), types, ignoreNullValues, textSuffix)
        : new SampleToPoint(types, ignoreNullValues, textSuffix);
  }

  private AnyToPoint.Rules rules() {
    return new AnyToPoint.Rules(
        Template.parse(getString(MEASUREMENT_CONFIG)),
        getList(TAGS_CONFIG).stream().map(Expression.Named::parse).toList(),
        getList(FIELDS_CONFIG).stream().map(Expression.Named::parse).toList(),
        place(TIMESTAMP_CONFIG),
        TimeFormat.parse(
            getString(TIMESTAMP_FORMAT_CONFIG), ZoneId.of(getString(TIMESTAMP_ZONE_CONFIG))),
        place(POINTS_CONFIG),
        AnyToPoint.EmptyPoints.valueOf(
            getString(EMPTY_POINTS_CONFIG).toUpperCase(Locale.ROOT).replace('-', '_')));
  }

  private @Nullable Expression place(String key) {
    String text = getString(key);
    return text == null ? null : Expression.parse(text);
  }

  /** Rules that would have no effect, because records are read as samples; null when none. */
  @Nullable String idleRule() {
    return getString(FORMAT_CONFIG).equals("any")
        ? null
        : originals().keySet().stream()
            .filter(key -> key.startsWith("mapping."))
            .findFirst()
            .orElse(null);
  }

  Dialect dialect() {
    return getString(DIALECT_CONFIG).equals("questdb") ? Dialect.QUESTDB : Dialect.INFLUXDB;
  }

  /** Whether records that cannot be written are dropped instead of reported. */
  boolean dropRejected() {
    return getString(REJECTED_CONFIG).equals("drop");
  }

  BatchSize newBatchSize() {
    return new BatchSize(getInt(BATCH_MIN_CONFIG), getInt(BATCH_MAX_CONFIG));
  }

  int batchBytes() {
    return getInt(BATCH_BYTES_CONFIG);
  }

  Duration linger() {
    return millis(LINGER_CONFIG);
  }

  int bufferRecords() {
    return getInt(BUFFER_RECORDS_CONFIG);
  }

  long bufferBytes() {
    return getInt(BUFFER_BYTES_CONFIG);
  }

  int workers() {
    return getInt(WORKERS_CONFIG);
  }

  /** How requests are repeated; no longest time is for ever. */
  Delivery.Rules deliveryRules() {
    long millis = getLong(RETRY_MAX_TIME_CONFIG);
    return new Delivery.Rules(
        new Backoff(millis(BACKOFF_CONFIG), millis(BACKOFF_MAX_CONFIG)),
        millis < 0 ? null : Duration.ofMillis(millis),
        getInt(POISON_RETRIES_CONFIG));
  }

  /** Whether the worker has been given a topic for dead letters. */
  boolean hasDeadLetterTopic() {
    return originals().get(DEAD_LETTER_TOPIC) instanceof String topic && !topic.isBlank();
  }

  /** What is missing when records are refused and there is nowhere to report them. */
  String missingDeadLetters() {
    boolean tolerant = "all".equals(originals().get(TOLERANCE));
    return "There is no dead-letter queue: set "
        + (tolerant ? "" : TOLERANCE + "=all and ")
        + DEAD_LETTER_TOPIC
        + ", or "
        + REJECTED_CONFIG
        + "=drop";
  }

  Duration flushTimeout() {
    return millis(FLUSH_TIMEOUT_CONFIG);
  }

  private Duration millis(String key) {
    return Duration.ofMillis(getInt(key));
  }
}

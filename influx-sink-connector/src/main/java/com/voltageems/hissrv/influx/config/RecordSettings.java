package com.voltageems.hissrv.influx.config;

import com.voltageems.hissrv.influx.answer.InfluxVersion;
import com.voltageems.hissrv.influx.point.AnyToPoint;
import com.voltageems.hissrv.influx.point.Dialect;
import com.voltageems.hissrv.influx.point.FieldTypes;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.ValidString;

/** What records look like, and what becomes of those that are none. */
public final class RecordSettings {
  static final String GROUP = "Records";

  public static final String DIALECT_CONFIG = "line.dialect";
  private static final String DIALECT_DOC =
      "Who reads the lines: influxdb or questdb. They differ in what a backslash means: with the"
          + " wrong one, a backslash in a tag is lost or doubled, and QuestDB refuses texts with"
          + " line breaks. With questdb, the columns of QuestDB are looked at before a new name is"
          + " written.";

  public static final String BUCKET_BY_TOPIC_CONFIG = "bucket.by.topic";
  private static final String BUCKET_BY_TOPIC_DOC =
      "Topics that do not go to the bucket (version 1: database) above: a list of topic:bucket, for"
          + " example hissrv.archive5m:ems_5m. The topic may have * in it; the first that fits"
          + " counts. Version 1 also takes topic:database/retention-policy.";

  public static final String FORMAT_CONFIG = "record.format";
  private static final String FORMAT_DOC =
      "What records look like: sample is the shape that the Redis source writes; any is every other"
          + " struct, map or scalar, read by the rules under Mapping.";

  public static final String FIELD_TYPES_CONFIG = "field.types";
  private static final String FIELD_TYPES_DOC =
      "Fields that are pinned to a type: a list of name:type with type float, integer, boolean or"
          + " string; the name may have * in it, and the first that fits counts. Every other number"
          + " is a float.";

  public static final String TEXT_SUFFIX_CONFIG = "text.suffix";
  private static final String TEXT_SUFFIX_DEFAULT = "";
  private static final String TEXT_SUFFIX_DOC =
      "Put behind the name of a field whose value is a text, for example _text, so that a text"
          + " never meets a column of numbers.";

  public static final String NULL_VALUES_CONFIG = "null.values";
  private static final String NULL_VALUES_DOC =
      "What to do with a record without a value (a tombstone): report it like any record that is no"
          + " sample, or ignore it.";

  public static final String EMPTY_POINTS_CONFIG = "empty.points";
  private static final String EMPTY_POINTS_DOC =
      "What to do with a record whose array mapping.points is empty, null or not there: report it,"
          + " ignore it, or report it only when the array is not there (the place may be misspelt).";

  public static final String REJECTED_CONFIG = "rejected.records";
  private static final String REJECTED_DOC =
      "What to do with a record that cannot be written: report it to the dead-letter queue (without"
          + " one the task fails, naming the record), or drop it, counted.";

  private static final String TOLERANCE = "errors.tolerance";
  private static final String DEAD_LETTER_TOPIC = "errors.deadletterqueue.topic.name";

  private final AbstractConfig config;

  RecordSettings(AbstractConfig config) {
    this.config = config;
  }

  /** Whether records are read by the rules under Mapping. */
  boolean areMapped() {
    return config.getString(FORMAT_CONFIG).equals("any");
  }

  List<FieldTypes.Pin> fieldTypes() {
    return config.getList(FIELD_TYPES_CONFIG).stream().map(FieldTypes.Pin::parse).toList();
  }

  boolean ignoreNullValues() {
    return config.getString(NULL_VALUES_CONFIG).equals("ignore");
  }

  String textSuffix() {
    return config.getString(TEXT_SUFFIX_CONFIG);
  }

  AnyToPoint.EmptyPoints emptyPoints() {
    return AnyToPoint.EmptyPoints.valueOf(
        config.getString(EMPTY_POINTS_CONFIG).toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  public Dialect dialect() {
    return config.getString(DIALECT_CONFIG).equals("questdb") ? Dialect.QUESTDB : Dialect.INFLUXDB;
  }

  List<Destinations.Rule> bucketsByTopic(InfluxVersion version) {
    return config.getList(BUCKET_BY_TOPIC_CONFIG).stream()
        .map(text -> Destinations.Rule.parse(text, version))
        .toList();
  }

  /** Whether records that cannot be written are dropped instead of reported. */
  public boolean dropRejected() {
    return config.getString(REJECTED_CONFIG).equals("drop");
  }

  /** Whether the worker has been given a topic for dead letters. */
  public boolean hasDeadLetterTopic() {
    return config.originals().get(DEAD_LETTER_TOPIC) instanceof String topic && !topic.isBlank();
  }

  /** What is missing when records are refused and there is nowhere to report them. */
  public String missingDeadLetters() {
    boolean tolerant = "all".equals(config.originals().get(TOLERANCE));
    return "There is no dead-letter queue: set "
        + (tolerant ? "" : TOLERANCE + "=all and ")
        + DEAD_LETTER_TOPIC
        + ", or "
        + REJECTED_CONFIG
        + "=drop";
  }

  static void define(Definition d) {
    d.group(GROUP);
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
        Forms.each("topic:bucket", text -> Destinations.Rule.parse(text, InfluxVersion.V2)),
        Importance.MEDIUM,
        BUCKET_BY_TOPIC_DOC);
    d.key(
        FIELD_TYPES_CONFIG,
        ConfigDef.Type.LIST,
        List.of(),
        Forms.each("name:type", FieldTypes.Pin::parse),
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
  }
}

package com.voltageems.hissrv.influx.config;

import com.voltageems.hissrv.influx.answer.InfluxVersion;
import com.voltageems.hissrv.influx.mapping.AnyToPoint;
import com.voltageems.hissrv.influx.mapping.FieldTypes;
import com.voltageems.hissrv.plugin.Setting;
import com.voltageems.hissrv.plugin.SettingGroups;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.common.config.AbstractConfig;

/** Settings of the records' format, and of what to do with records that do not fit it. */
public final class RecordSettings {
  private static final String GROUP = "Records";

  public static final Setting<String> FORMAT =
      Setting.choice("record.format", "sample", "sample", "any", "line")
          .doc(
              "What records look like: sample is the shape that the Redis source writes; any is every other"
                  + " struct, map or scalar, read by the rules under Mapping; line is text of line"
                  + " protocol, one line or many, with times in nanoseconds (with StringConverter).");

  public static final Setting<String> LAYOUT =
      Setting.choice("record.layout", "wide", "wide", "narrow")
          .doc(
              "wide: one line for a series and time, with all its fields. narrow: one line a field,"
                  + " whose name is the tag point, with the value in the field value (a text in"
                  + " text, true and false in flag); the tag type m, s, c or a makes the measurement"
                  + " measurement, signal, control or adjustment.");

  public static final Setting<List<String>> BUCKET_BY_TOPIC =
      Setting.list("bucket.by.topic", "")
          .valid("topic:bucket", text -> Destinations.Rule.parse(text, InfluxVersion.V2))
          .doc(
              "Topics that do not go to the bucket (version 1: database) above: a list of topic:bucket, for"
                  + " example hissrv.archive5m:ems_5m. The topic may have * in it; the first that fits"
                  + " counts. Version 1 also takes topic:database/retention-policy.");

  public static final Setting<List<String>> FIELD_TYPES =
      Setting.list("field.types", "")
          .valid("name:type", FieldTypes.Pin::parse)
          .doc(
              "Fields that are pinned to a type: a list of name:type with type float, integer, boolean or"
                  + " string; the name may have * in it, and the first that fits counts. Every other number"
                  + " is a float.");

  public static final Setting<String> TEXT_SUFFIX =
      Setting.text("text.suffix", "")
          .low()
          .doc(
              "Appended to the name of a field whose value is text, for example _text, "
                  + "so that text never meets a column of numbers.");

  public static final Setting<String> NULL_VALUES =
      Setting.choice("null.values", "report", "report", "ignore")
          .low()
          .doc(
              "What to do with a record without a value (a tombstone): report it like any record"
                  + " that is not a sample, or ignore it.");

  public static final Setting<String> EMPTY_POINTS =
      Setting.choice("empty.points", "report-missing", "report-missing", "report", "ignore")
          .low()
          .doc(
              "What to do with a record whose array mapping.points is empty, null or not there: report it,"
                  + " ignore it, or report it only when the array is not there (the place may be misspelt).");

  public static final Setting<String> REJECTED =
      Setting.choice("rejected.records", "report", "report", "drop")
          .doc(
              "What to do with a record that cannot be written: report it to the dead-letter queue (without"
                  + " one the task fails, naming the record), or drop it, counted.");

  private static final String TOLERANCE = "errors.tolerance";
  private static final String LOG = "errors.log.enable";
  private static final String DEAD_LETTER_TOPIC = "errors.deadletterqueue.topic.name";

  private final AbstractConfig config;

  RecordSettings(AbstractConfig config) {
    this.config = config;
  }

  /** Returns whether the mapping settings apply to the records. */
  boolean areMapped() {
    return FORMAT.in(config).equals("any");
  }

  /** Returns whether records are line protocol. */
  public boolean areLines() {
    return FORMAT.in(config).equals("line");
  }

  boolean areNarrow() {
    return LAYOUT.in(config).equals("narrow");
  }

  List<FieldTypes.Pin> fieldTypes() {
    return FIELD_TYPES.in(config).stream().map(FieldTypes.Pin::parse).toList();
  }

  boolean ignoreNullValues() {
    return NULL_VALUES.in(config).equals("ignore");
  }

  String textSuffix() {
    return TEXT_SUFFIX.in(config);
  }

  AnyToPoint.EmptyPoints emptyPoints() {
    return AnyToPoint.EmptyPoints.valueOf(
        EMPTY_POINTS.in(config).toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  List<Destinations.Rule> bucketsByTopic(InfluxVersion version) {
    return BUCKET_BY_TOPIC.in(config).stream()
        .map(text -> Destinations.Rule.parse(text, version))
        .toList();
  }

  /** Returns whether records that cannot be written are dropped instead of reported. */
  public boolean dropRejected() {
    return REJECTED.in(config).equals("drop");
  }

  /** Returns whether the connector has a topic for dead letters. */
  public boolean hasDeadLetterTopic() {
    return !deadLetterTopic().isBlank();
  }

  /** Returns whether Connect's reporter only writes to the worker's log. */
  public boolean reportsToTheLogOnly() {
    return !hasDeadLetterTopic() && "true".equals(config.originals().get(LOG));
  }

  /** Returns the connector's topic for dead letters; empty if there is none. */
  public String deadLetterTopic() {
    return config.originals().get(DEAD_LETTER_TOPIC) instanceof String topic ? topic : "";
  }

  /**
   * Returns the sentence about the missing setting that makes Connect end the task at a record
   * although the record is reported; empty if nothing is missing.
   */
  public String missingTolerance() {
    return isTolerant()
        ? ""
        : ". Without " + TOLERANCE + "=all the task ends at the first record that is reported";
  }

  private boolean isTolerant() {
    return "all".equals(config.originals().get(TOLERANCE));
  }

  /** Returns the message for refused records that cannot be reported anywhere. */
  public String missingDeadLetters() {
    return "There is no dead-letter queue: set "
        + (isTolerant() ? "" : TOLERANCE + "=all and ")
        + DEAD_LETTER_TOPIC
        + ", or "
        + REJECTED
        + "=drop";
  }

  static void addTo(SettingGroups groups) {
    groups.add(
        GROUP,
        FORMAT,
        LAYOUT,
        BUCKET_BY_TOPIC,
        FIELD_TYPES,
        TEXT_SUFFIX,
        NULL_VALUES,
        EMPTY_POINTS,
        REJECTED);
  }
}

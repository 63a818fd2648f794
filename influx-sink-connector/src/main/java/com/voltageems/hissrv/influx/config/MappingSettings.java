package com.voltageems.hissrv.influx.config;

import com.voltageems.hissrv.influx.mapping.AnyToPoint;
import com.voltageems.hissrv.influx.mapping.Envelope;
import com.voltageems.hissrv.influx.mapping.Expression;
import com.voltageems.hissrv.influx.mapping.Named;
import com.voltageems.hissrv.influx.mapping.PointArrays;
import com.voltageems.hissrv.influx.mapping.Template;
import com.voltageems.hissrv.influx.mapping.TimeFormat;
import com.voltageems.hissrv.plugin.Setting;
import com.voltageems.hissrv.plugin.SettingGroups;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.config.AbstractConfig;

/** Settings that say where the parts of a point are in records of any shape. */
public final class MappingSettings {
  private static final String GROUP = "Mapping";

  public static final Setting<String> MEASUREMENT =
      Setting.text("mapping.measurement", "${topic}")
          .valid("text with ${place}", Template::parse)
          .doc(
              "The measurement: a text with places of the record in it, for example meter_${key.site}. A"
                  + " place is topic, key, key.a.b, header.name, value.a.b, or a.b for a place in the"
                  + " value; [2] is an element of an array, [-1] the last one. ${place|text} has a"
                  + " default.");

  public static final Setting<List<String>> TAGS =
      Setting.list("mapping.tags", "")
          .valid("place or name=place", Named::parse)
          .doc(
              "The tags: a list of places, of name=place or of name=text with ${place}, for example"
                  + " channel=device.id,site=${header.site|north}; what follows | stands where"
                  + " nothing is. A name may have places in it, too (${id}=v), and labels.* is every"
                  + " scalar of an object by its own name.");

  public static final Setting<List<String>> FIELDS =
      Setting.list("mapping.fields", "")
          .valid("place or name=place", Named::parse)
          .doc(
              "The fields: as the tags. Left out: every scalar of the value (nested"
                  + " ones by dotted names; arrays and bytes are passed over) that is neither a tag nor the time;"
                  + " of a value that is a scalar itself, the field value.");

  public static final Setting<Optional<String>> POINTS =
      Setting.optionalText("mapping.points")
          .valid("place", PointArrays::parse)
          .low()
          .doc(
              "The place of an array each element of which is a point of its own, value for a value"
                  + " that is an array itself, or devices[].readings for arrays in elements of"
                  + " arrays; places are looked for in the element first, then outwards. Left out:"
                  + " one point a record.");

  public static final Setting<Optional<String>> TIMESTAMP =
      Setting.optionalText("mapping.timestamp")
          .valid("place", Expression::parse)
          .doc("The place of the time. Left out: the record's own time.");

  public static final Setting<String> TIMESTAMP_FORMAT =
      Setting.text("mapping.timestamp.format", "ms")
          .valid("s, ms, us, ns, iso or pattern", Forms.time(TimeFormat::check))
          .low()
          .doc(
              "How the time is written: s, ms, us or ns since the epoch, iso, or a pattern of Java's"
                  + " DateTimeFormatter, for example yyyy-MM-dd HH:mm:ss. Not used for times whose"
                  + " schema Debezium names (io.debezium.time.*).");

  public static final Setting<String> TIMESTAMP_ZONE =
      Setting.text("mapping.timestamp.zone", "UTC")
          .valid("time zone", Forms.time(ZoneId::of))
          .low()
          .doc(
              "The time zone of texts that name none, and of Debezium's columns without a zone,"
                  + " for example Asia/Shanghai.");

  public static final Setting<Envelope> ENVELOPE =
      Setting.choice("mapping.envelope", Envelope.NONE)
          .low()
          .doc(
              "What is around the value: debezium for its change events, of which the row as it is"
                  + " after the change counts. Places of the envelope are envelope.op,"
                  + " envelope.source.table and so on.");

  public static final Setting<String> DELETED =
      Setting.choice("mapping.deleted", "report", "report", "ignore")
          .low()
          .doc(
              "What to do with a change event that a row was deleted: report it, or ignore it. Points"
                  + " are never deleted.");

  public static final Setting<String> ARRAYS =
      Setting.choice("mapping.arrays", "skip", "skip", "flatten")
          .low()
          .doc(
              "What every scalar of the value means for arrays in it: skip leaves them out, flatten"
                  + " makes fields a.0, a.1.b and so on of their elements.");

  /** Settings in which {@code ${...}} is a place of the record. */
  public static final Set<String> TEMPLATES =
      Set.of(MEASUREMENT.name(), TAGS.name(), FIELDS.name());

  private final AbstractConfig config;

  MappingSettings(AbstractConfig config) {
    this.config = config;
  }

  AnyToPoint.Rules rules(AnyToPoint.EmptyPoints emptyPoints) {
    return new AnyToPoint.Rules(
        Template.parse(MEASUREMENT.in(config)),
        TAGS.in(config).stream().map(Named::parse).toList(),
        FIELDS.in(config).stream().map(Named::parse).toList(),
        TIMESTAMP.in(config).map(Expression::parse).orElse(null),
        TimeFormat.parse(TIMESTAMP_FORMAT.in(config), ZoneId.of(TIMESTAMP_ZONE.in(config))),
        POINTS.in(config).map(PointArrays::parse).orElse(null),
        new AnyToPoint.Choices(
            emptyPoints,
            ENVELOPE.in(config),
            DELETED.in(config).equals("ignore"),
            ARRAYS.in(config).equals("flatten")));
  }

  static void addTo(SettingGroups groups) {
    groups.add(
        GROUP,
        MEASUREMENT,
        TAGS,
        FIELDS,
        POINTS,
        TIMESTAMP,
        TIMESTAMP_FORMAT,
        TIMESTAMP_ZONE,
        ENVELOPE,
        DELETED,
        ARRAYS);
  }
}

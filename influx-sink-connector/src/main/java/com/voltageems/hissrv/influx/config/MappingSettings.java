package com.voltageems.hissrv.influx.config;

import com.voltageems.hissrv.influx.point.AnyToPoint;
import com.voltageems.hissrv.influx.point.Expression;
import com.voltageems.hissrv.influx.point.Template;
import com.voltageems.hissrv.influx.point.TimeFormat;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.jspecify.annotations.Nullable;

/** Where things are in records of any shape. */
public final class MappingSettings {
  static final String GROUP = "Mapping";
  static final String PREFIX = "mapping.";

  public static final String MEASUREMENT_CONFIG = "mapping.measurement";
  private static final String MEASUREMENT_DEFAULT = "${topic}";
  private static final String MEASUREMENT_DOC =
      "The measurement: a text with places of the record in it, for example meter_${key.site}. A"
          + " place is topic, key, key.a.b, header.name, value.a.b, or a.b for a place in the"
          + " value.";

  public static final String TAGS_CONFIG = "mapping.tags";
  private static final String TAGS_DOC =
      "The tags: a list of places, or of name=place, for example channel=device.id,site=key.";

  public static final String FIELDS_CONFIG = "mapping.fields";
  private static final String FIELDS_DOC =
      "The fields: a list of places, or of name=place. Left out: every scalar of the value (nested"
          + " ones by dotted names; arrays and bytes are passed over) that is no tag and not the time;"
          + " of a value that is a scalar itself, the field value.";

  public static final String POINTS_CONFIG = "mapping.points";
  private static final String POINTS_DOC =
      "The place of an array each element of which is a point of its own; places are looked for in"
          + " the element first, then in the value. Left out: one point a record.";

  public static final String TIMESTAMP_CONFIG = "mapping.timestamp";
  private static final String TIMESTAMP_DOC =
      "The place of the time. Left out: the record's own time.";

  public static final String TIMESTAMP_FORMAT_CONFIG = "mapping.timestamp.format";
  private static final String TIMESTAMP_FORMAT_DOC =
      "How the time is written: s, ms, us or ns since the epoch, iso, or a pattern of Java's"
          + " DateTimeFormatter, for example yyyy-MM-dd HH:mm:ss.";

  public static final String TIMESTAMP_ZONE_CONFIG = "mapping.timestamp.zone";
  private static final String TIMESTAMP_ZONE_DOC =
      "The time zone of texts that name none, for example Asia/Shanghai.";

  private final AbstractConfig config;

  MappingSettings(AbstractConfig config) {
    this.config = config;
  }

  AnyToPoint.Rules rules(AnyToPoint.EmptyPoints emptyPoints) {
    return new AnyToPoint.Rules(
        Template.parse(config.getString(MEASUREMENT_CONFIG)),
        config.getList(TAGS_CONFIG).stream().map(Expression.Named::parse).toList(),
        config.getList(FIELDS_CONFIG).stream().map(Expression.Named::parse).toList(),
        place(TIMESTAMP_CONFIG),
        TimeFormat.parse(
            config.getString(TIMESTAMP_FORMAT_CONFIG),
            ZoneId.of(config.getString(TIMESTAMP_ZONE_CONFIG))),
        place(POINTS_CONFIG),
        emptyPoints);
  }

  private @Nullable Expression place(String key) {
    String text = config.getString(key);
    return text == null ? null : Expression.parse(text);
  }

  /** The first of them that was given. */
  Optional<String> firstGiven() {
    return config.originals().keySet().stream().filter(key -> key.startsWith(PREFIX)).findFirst();
  }

  static void define(Definition d) {
    d.group(GROUP);
    d.key(
        MEASUREMENT_CONFIG,
        ConfigDef.Type.STRING,
        MEASUREMENT_DEFAULT,
        Forms.one("text with ${place}", Template::parse),
        Importance.MEDIUM,
        MEASUREMENT_DOC);
    d.key(
        TAGS_CONFIG,
        ConfigDef.Type.LIST,
        List.of(),
        Forms.each("place or name=place", Expression.Named::parse),
        Importance.MEDIUM,
        TAGS_DOC);
    d.key(
        FIELDS_CONFIG,
        ConfigDef.Type.LIST,
        List.of(),
        Forms.each("place or name=place", Expression.Named::parse),
        Importance.MEDIUM,
        FIELDS_DOC);
    d.key(
        POINTS_CONFIG,
        ConfigDef.Type.STRING,
        null,
        Forms.one("place", Expression::parse),
        Importance.LOW,
        POINTS_DOC);
    d.key(
        TIMESTAMP_CONFIG,
        ConfigDef.Type.STRING,
        null,
        Forms.one("place", Expression::parse),
        Importance.MEDIUM,
        TIMESTAMP_DOC);
    d.key(
        TIMESTAMP_FORMAT_CONFIG,
        ConfigDef.Type.STRING,
        "ms",
        Forms.one("s, ms, us, ns, iso or pattern", text -> TimeFormat.parse(text, ZoneOffset.UTC)),
        Importance.LOW,
        TIMESTAMP_FORMAT_DOC);
    d.key(
        TIMESTAMP_ZONE_CONFIG,
        ConfigDef.Type.STRING,
        "UTC",
        Forms.one("time zone", ZoneId::of),
        Importance.LOW,
        TIMESTAMP_ZONE_DOC);
  }
}

package com.voltageems.hissrv.influx.mapping;

import com.voltageems.hissrv.influx.point.FieldValue;
import com.voltageems.hissrv.influx.point.LineParser;
import com.voltageems.hissrv.influx.point.Point;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/**
 * Mapping of a value that is already line protocol: a text or its bytes, with one line or many and
 * times in nanoseconds. The lines decide everything, including types; a line without a time gets
 * the record's time. A bad line costs only that line.
 */
public final class LinesToPoints implements RecordToPoint {
  /** The most flaws that are reported for one record, which may have thousands of bad lines. */
  private static final int MOST_TOLD = 20;

  private final ReadRules rules;

  public LinesToPoints(ReadRules rules) {
    this.rules = rules;
  }

  @Override
  public Mapped map(SinkRecord record) {
    Object value = record.value();
    if (value == null) {
      return rules.ignoreNullValues()
          ? new Mapped.Ignored()
          : new Mapped.Rejected("the value is null (a tombstone), not line protocol");
    }
    String text;
    try {
      text = text(value);
    } catch (CharacterCodingException e) {
      return new Mapped.Rejected("the value is not UTF-8, so not line protocol");
    }
    if (text == null) {
      return new Mapped.Rejected(
          "the value is "
              + FieldTypes.describe(value)
              + ", not line protocol; value.converter has to be"
              + " org.apache.kafka.connect.storage.StringConverter");
    }
    List<Point> points = new ArrayList<>();
    List<String> complaints = new ArrayList<>();
    int untold = 0;
    LineParser parser = new LineParser(text);
    while (parser.next()) {
      Mapped line = line(parser, record);
      List<String> flaws = List.of();
      if (line instanceof Mapped.Points some) {
        points.addAll(some.points());
        flaws = some.complaints();
      } else if (line instanceof Mapped.Rejected rejected) {
        flaws = List.of(rejected.reason());
      }
      for (String flaw : flaws) {
        if (complaints.size() < MOST_TOLD) {
          complaints.add("line " + parser.number() + ": " + flaw);
        } else {
          untold++;
        }
      }
    }
    if (untold > 0) {
      complaints.add("and " + untold + " more lines or fields");
    }
    if (points.isEmpty()) {
      return new Mapped.Rejected(
          complaints.isEmpty() ? "there is no line in it" : String.join("; ", complaints));
    }
    return new Mapped.Points(points, complaints);
  }

  private static @Nullable String text(Object value) throws CharacterCodingException {
    if (value instanceof byte[] bytes) {
      return text(ByteBuffer.wrap(bytes));
    }
    if (value instanceof ByteBuffer bytes) {
      // Unlike Charset.decode, a new decoder rejects bytes that are not UTF-8.
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.duplicate()).toString();
    }
    return value instanceof String text ? text : null;
  }

  private Mapped line(LineParser parser, SinkRecord record) {
    LineParser.Line line;
    try {
      line = parser.line();
    } catch (LineParser.LineException e) {
      return new Mapped.Rejected(String.valueOf(e.getMessage()));
    }
    PointBuilder point = rules.point();
    point.measurement(line.measurement());
    line.tags().forEach(tag -> point.tag(tag.name(), tag.value()));
    for (Point.Field field : line.fields()) {
      boolean isText = field.value() instanceof FieldValue.Text;
      point.typed(isText ? field.name() + rules.textSuffix() : field.name(), field.value());
    }
    if (line.time() != null) {
      String rather = TimeFormat.rather(line.time(), 1);
      point.check(
          rather == null
              ? null
              : "the time "
                  + line.time()
                  + " would be one of 1970; it looks like "
                  + rather
                  + ", and times of lines are nanoseconds");
      point.epochNanos(line.time());
    } else if (record.timestamp() != null) {
      point.epochMillis(record.timestamp());
    }
    return point.build();
  }
}

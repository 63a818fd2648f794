package com.voltageems.hissrv.influx.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.influx.point.Dialect;
import com.voltageems.hissrv.influx.point.FieldValue;
import com.voltageems.hissrv.influx.point.Glob;
import com.voltageems.hissrv.influx.point.LineBuffer;
import com.voltageems.hissrv.influx.point.LineForm;
import com.voltageems.hissrv.influx.point.LineParser;
import com.voltageems.hissrv.influx.point.LineProtocol;
import com.voltageems.hissrv.influx.point.LineReader;
import com.voltageems.hissrv.influx.point.Point;
import com.voltageems.hissrv.influx.point.Precision;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineProtocolTest {
  static String encode(Point point) {
    return encode(point, Dialect.INFLUXDB);
  }

  private static String encode(Point point, Dialect dialect) {
    LineBuffer buffer = new LineBuffer(1);
    LineProtocol.append(point, new LineForm(dialect, Precision.MS), buffer);
    return new String(buffer.array(), 0, buffer.length(), StandardCharsets.UTF_8);
  }

  private static Point point(String field, FieldValue value) {
    return new Point("m", List.of(), List.of(new Point.Field(field, value)), 1_000_000_000);
  }

  // field case S5
  @ParameterizedTest
  @CsvSource({
    "NS, 1753790700123456789",
    "US, 1753790700123456",
    "MS, 1753790700123",
    "S, 1753790700"
  })
  void time_isWrittenAsFineAsWanted(Precision precision, String expected) {
    LineBuffer buffer = new LineBuffer(1);
    LineProtocol.append(
        new Point(
            "m",
            List.of(),
            List.of(new Point.Field("f", new FieldValue.Bool(true))),
            1_753_790_700_123_456_789L),
        new LineForm(Dialect.INFLUXDB, precision),
        buffer);
    assertThat(new String(buffer.array(), 0, buffer.length(), StandardCharsets.UTF_8))
        .isEqualTo("m f=true " + expected + "\n");
  }

  @Test
  void wholePoint() {
    Point point =
        new Point(
            "telemetry",
            List.of(new Point.Tag("channel", "1001"), new Point.Tag("type", "T")),
            List.of(
                new Point.Field("1", new FieldValue.Float64(220.5)),
                new Point.Field("2", new FieldValue.Int64(-7)),
                new Point.Field("3", new FieldValue.Bool(true)),
                new Point.Field("4", new FieldValue.Text("on"))),
            1_753_790_700_123_000_000L);
    assertThat(encode(point))
        .isEqualTo("telemetry,channel=1001,type=T 1=220.5,2=-7i,3=true,4=\"on\" 1753790700123\n");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-0.0, -0.0",
    "1, 1",
    "-1, -1",
    "25.123456, 25.123456",
    "-25.1, -25.1",
    "0.000001, 0.000001",
    "-0.000001, -0.000001",
    "0.1, 0.1",
    "1e-7, 1.0E-7",
    "1e300, 1.0E300",
    "4.9E-324, 4.9E-324",
    "900719925.474099, 900719925.474099",
    "1e15, 1.0E15",
    "9007199254, 9007199254",
    "0.30000000000000004, 0.30000000000000004",
  })
  void numbers(double number, String text) {
    assertThat(encode(point("f", new FieldValue.Float64(number))))
        .isEqualTo("m f=" + text + " 1000\n");
  }

  @Test
  void wholeNumbers_extremes() {
    assertThat(encode(point("f", new FieldValue.Int64(Long.MIN_VALUE))))
        .isEqualTo("m f=-9223372036854775808i 1000\n");
    assertThat(encode(point("f", new FieldValue.Int64(Long.MAX_VALUE))))
        .isEqualTo("m f=9223372036854775807i 1000\n");
  }

  @Test
  void specialCharacters_areEscapedWhereTheyMean_something() {
    Point point =
        new Point(
            "a b,c=d",
            List.of(new Point.Tag("t a,g=", "v a,l=ue")),
            List.of(new Point.Field("f i,e=ld", new FieldValue.Text("a\"b\\c d,e=f\nnext"))),
            -5_000_000);
    assertThat(encode(point))
        .isEqualTo(
            "a\\ b\\,c=d,t\\ a\\,g\\==v\\ a\\,l\\=ue f\\ i\\,e\\=ld=\"a\\\"b\\\\c d,e=f\nnext\" -5\n");
  }

  @Test
  void questDb_backslashesAndLineBreaks_areEscaped() {
    Point point =
        new Point(
            "a\\b",
            List.of(new Point.Tag("t", "C:\\temp")),
            List.of(new Point.Field("f", new FieldValue.Text("two\nlines"))),
            5_000_000);
    assertThat(encode(point, Dialect.QUESTDB))
        .isEqualTo("a\\\\b,t=C:\\\\temp f=\"two\\\nlines\" 5\n");
    assertThat(encode(point, Dialect.INFLUXDB)).isEqualTo("a\\b,t=C:\\temp f=\"two\nlines\" 5\n");
  }

  /** QuestDB silently drops an equals sign at the beginning, and fails at one in the middle. */
  @Test
  void questDb_equalsSignInAMeasurement_isEscaped() {
    Point point =
        new Point(
            "=a=b", List.of(), List.of(new Point.Field("f", new FieldValue.Int64(1))), 5_000_000);
    assertThat(encode(point, Dialect.QUESTDB)).isEqualTo("\\=a\\=b f=1i 5\n");
    assertThat(encode(point, Dialect.INFLUXDB)).isEqualTo("=a=b f=1i 5\n");
  }

  @Test
  void text_isUtf8() {
    assertThat(encode(point("电压", new FieldValue.Text("größe 🔋 \uD83D"))))
        .isEqualTo("m 电压=\"größe 🔋 ?\" 1000\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|the tag is empty",
        "a\\|the tag ends with a backslash, which line protocol cannot express",
        "a\\,b|the tag has a backslash before ',', which line protocol cannot express",
        "a\\=b|the tag has a backslash before '=', which line protocol cannot express",
        "C:\\temp|",
        "\\\\server\\share|",
      })
  void flaws(String text, String flaw) {
    assertThat(LineProtocol.flaw("the tag", text)).isEqualTo(flaw);
  }

  /** Field case I5: names that InfluxDB would store differently are refused. */
  @Test
  void namesThatInfluxReadsOtherwise_areFlaws() {
    assertThat(LineProtocol.flawOfName("the field", "a\\\"b"))
        .isEqualTo("the field has a backslash before '\"', which line protocol cannot express");
    assertThat(LineProtocol.flawOfName("the field", "\tb")).contains("begins with a tab");
    assertThat(LineProtocol.flawOfName("the field", "\u0000b")).contains("contains a NUL");
    assertThat(LineProtocol.flawOfName("the field", "a\tb")).isNull();
    assertThat(LineProtocol.flawOfName("the field", "a\\b\"")).isNull();
    assertThat(LineProtocol.flawOfName("the field", "a\\=b")).contains("backslash before '='");
  }

  @Test
  void halfACharacter_isAFlaw() {
    assertThat(LineProtocol.flaw("the tag", "a\uD83D")).contains("half of a surrogate pair");
    assertThat(LineProtocol.flawOfText("\uDD0Ba")).contains("half of a surrogate pair");
    assertThat(LineProtocol.flawOfText("\uD83D\uDD0B\u0000")).isNull();
  }

  @Test
  void lineBreak_isAFlaw() {
    assertThat(LineProtocol.flaw("the tag", "a\nb")).contains("line break");
    assertThat(LineProtocol.flaw("the tag", "a\rb")).contains("line break");
  }

  @Test
  void everyPointThatIsBuilt_readsBackTheSame() {
    SplittableRandom random = new SplittableRandom(20261122);
    FieldTypes types =
        new FieldTypes(List.of(new FieldTypes.Pin(new Glob("i*"), FieldValue.Kind.INTEGER)));
    int built = 0;
    for (int round = 0; round < 30_000; round++) {
      PointBuilder builder =
          new ReadRules(types, false, "", Precision.MS)
              .point()
              .measurement(text(random))
              .epochMillis(random.nextLong() >> 21);
      for (int i = random.nextInt(3); i > 0; i--) {
        builder.tag(text(random), text(random));
      }
      for (int i = random.nextInt(4); i >= 0; i--) {
        builder.field(text(random), value(random));
      }
      if (builder.build() instanceof Mapped.Points points) {
        built++;
        Point point = points.points().get(0);
        assertThat(LineReader.read(encode(point))).isEqualTo(point);
        for (Dialect dialect : Dialect.values()) {
          assertThat(LineParser.point(encode(point, dialect), dialect, point.epochNanos()))
              .isEqualTo(point);
        }
      }
    }
    assertThat(built).isGreaterThan(4_000);
  }

  private static String text(SplittableRandom random) {
    String alphabet = "ab ,=\\\"i#é电0\n\r\t";
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(6); i >= 0; i--) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }

  private static Object value(SplittableRandom random) {
    return switch (random.nextInt(6)) {
      case 0 -> Double.longBitsToDouble(random.nextLong());
      case 1 -> random.nextInt() / 1e6;
      case 2 -> random.nextLong() >> random.nextInt(64);
      case 3 -> random.nextBoolean();
      case 4 -> (float) random.nextDouble();
      default -> text(random);
    };
  }
}

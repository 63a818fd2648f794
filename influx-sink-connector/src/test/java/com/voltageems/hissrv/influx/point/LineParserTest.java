package com.voltageems.hissrv.influx.point;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LineParserTest {
  private static LineParser.Line one(String text) throws LineParser.LineException {
    LineParser parser = new LineParser(text);
    assertThat(parser.next()).isTrue();
    LineParser.Line line = parser.line();
    assertThat(parser.next()).isFalse();
    return line;
  }

  private static FieldValue value(String text) throws LineParser.LineException {
    return one("m f=" + text + " 1").fields().get(0).value();
  }

  @Test
  void line_isRead() throws Exception {
    assertThat(
            one("m\\ 1\\,x,a\\=b=c\\ d,e=f v=1.5,n=3i,ok=t,t=\"a \\\"b\\\" \\\\ ,=\" 170000000000"))
        .isEqualTo(
            new LineParser.Line(
                "m 1,x",
                List.of(new Point.Tag("a=b", "c d"), new Point.Tag("e", "f")),
                List.of(
                    new Point.Field("v", new FieldValue.Float64(1.5)),
                    new Point.Field("n", new FieldValue.Int64(3)),
                    new Point.Field("ok", new FieldValue.Bool(true)),
                    new Point.Field("t", new FieldValue.Text("a \"b\" \\ ,="))),
                170_000_000_000L));
    assertThat(one("m v=1").time()).isNull();
    assertThat(one("m  v=1   7 \r").time()).isEqualTo(7);
  }

  @Test
  void lines_endWhereInfluxDbEndsThem() throws Exception {
    LineParser parser =
        new LineParser("# a \"comment\n\n  a v=1 1\r\nb t=\"x\ny\" 2\n \n\"q v=1 3\nbad\nc v=2 4");
    List<String> read = new ArrayList<>();
    while (parser.next()) {
      try {
        LineParser.Line line = parser.line();
        read.add(line.measurement() + "@" + line.time());
      } catch (LineParser.LineException e) {
        read.add(parser.number() + ": " + e.getMessage());
      }
    }
    assertThat(read).containsExactly("a@1", "b@2", "\"q@3", "8: there is no field", "c@4");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "  ", "# only this", "\r\n\r\n"})
  void nothing_isNoLine(String text) {
    assertThat(new LineParser(text).next()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "m; there is no field",
        "m,t v=1; tag 't' has no value",
        "m v; field 'v' has no value",
        "m v=; the value of field 'v' is neither",
        "m v=NaN; the value of field 'v' is neither",
        "m v=1e999; the value of field 'v' is neither",
        "m v=0x10; the value of field 'v' is neither",
        "m v=1u; the value of field 'v' is neither",
        "m v=9223372036854775808i; the value of field 'v' is neither",
        "m v=-; the value of field 'v' is neither",
        "m v=.; the value of field 'v' is neither",
        "m v=\"a; the text of field 'v' has no end",
        "m v=\"a\"5; what follows the text of the last field is not a blank and a time",
        "m v=1 2 3; what follows the fields is not a time",
        "m v=1 now; what follows the fields is not a time"
      })
  void whatIsNoLineProtocol_isSaid(String line, String reason) {
    assertThatThrownBy(() -> one(line))
        .isInstanceOf(LineParser.LineException.class)
        .hasMessageStartingWith(reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-0",
        "-0.0",
        "1",
        "+1",
        "1.",
        ".5",
        "-1.25",
        "230.100000",
        "1e3",
        "1E-3",
        "9007199254740993",
        "900719925474099.25",
        "0.1",
        "123456789.123456789",
        "0.00000000000000000000000001",
        "1234567890123456789012",
        "4.9e-324"
      })
  void number_isTheDoubleThatJavaReads(String text) throws Exception {
    assertThat(value(text)).isEqualTo(new FieldValue.Float64(Double.parseDouble(text)));
  }

  @Property(tries = 2_000)
  void everyDouble_comesBack(@ForAll double number) throws Exception {
    assertThat(value(Double.toString(number))).isEqualTo(new FieldValue.Float64(number));
    String short6 = String.format(Locale.ROOT, "%.6f", number % 1e9);
    assertThat(value(short6)).isEqualTo(new FieldValue.Float64(Double.parseDouble(short6)));
  }

  @Property
  void whatIsWritten_isReadBack(@ForAll("points") Point point) throws Exception {
    LineBuffer buffer = new LineBuffer(64);
    LineProtocol.append(point, new LineForm(Dialect.INFLUXDB, Precision.NS), buffer);
    LineParser.Line line =
        one(new String(buffer.array(), 0, buffer.length(), StandardCharsets.UTF_8));
    assertThat(line)
        .isEqualTo(
            new LineParser.Line(
                point.measurement(), point.tags(), point.fields(), point.epochNanos()));
  }

  @Provide
  Arbitrary<Point> points() {
    Arbitrary<String> names =
        Arbitraries.strings()
            .withChars("ab ,=\"\\'#ä电\t")
            .ofMinLength(1)
            .ofMaxLength(8)
            .filter(
                name ->
                    LineProtocol.flawOfName("x", name) == null
                        && !name.startsWith("#")
                        && !name.startsWith(" "));
    Arbitrary<FieldValue> values =
        Arbitraries.oneOf(
            Arbitraries.doubles().map(FieldValue.Float64::new),
            Arbitraries.longs().map(FieldValue.Int64::new),
            Arbitraries.of(true, false).map(FieldValue.Bool::new),
            Arbitraries.strings()
                .withChars("ab \"\\\n,=电")
                .ofMaxLength(8)
                .map(FieldValue.Text::new));
    return Combinators.combine(names, names, names, names, values, Arbitraries.longs())
        .as(
            (measurement, tag, tagValue, field, value, time) ->
                new Point(
                    measurement,
                    List.of(new Point.Tag(tag, tagValue)),
                    List.of(new Point.Field(field, value)),
                    time));
  }
}

package com.voltageems.hissrv.influx.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.influx.point.Dialect;
import com.voltageems.hissrv.influx.point.LineBuffer;
import com.voltageems.hissrv.influx.point.LineForm;
import com.voltageems.hissrv.influx.point.LineProtocol;
import com.voltageems.hissrv.influx.point.Precision;
import com.voltageems.hissrv.influx.sink.TestRecords;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LinesToPointsTest {
  private static Mapped map(Object value) {
    return map(value, Dialect.INFLUXDB, "");
  }

  private static Mapped map(Object value, Dialect dialect, String textSuffix) {
    return new LinesToPoints(
            new ReadRules(new FieldTypes(List.of(), dialect), false, textSuffix, Precision.NS))
        .map(TestRecords.record(value, 0));
  }

  private static String lines(Mapped mapped) {
    LineBuffer lines = new LineBuffer(64);
    ((Mapped.Points) mapped)
        .points()
        .forEach(
            point ->
                LineProtocol.append(point, new LineForm(Dialect.INFLUXDB, Precision.NS), lines));
    return new String(lines.array(), 0, lines.length(), StandardCharsets.UTF_8);
  }

  @Test
  void lines_becomeLines_withTheirTypesAndTimes() {
    String text =
        """
        telemetry,type=m,channel=1001 v=230.10,n=3i,on=T,t="ok" 1700000000000000001
        telemetry v=1
        """;
    String expected =
        """
        telemetry,channel=1001,type=m n=3i,on=true,t="ok",v=230.1 1700000000000000001
        telemetry v=1 1700000000000000000
        """;
    assertThat(lines(map(text))).isEqualTo(expected);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    assertThat(lines(map(bytes))).isEqualTo(expected);
    assertThat(lines(map(ByteBuffer.wrap(bytes)))).isEqualTo(expected);
    assertThat(lines(map("m t=\"x\",v=1 1", Dialect.INFLUXDB, "_text")))
        .isEqualTo("m t_text=\"x\",v=1 1\n");
  }

  @Test
  void badLine_costsThatLine() {
    Mapped mapped = map("a v=1 1\nb v=NaN 2\nc v=3 3\nd v=1,time=4 4\n");
    assertThat(lines(mapped)).isEqualTo("a v=1 1\nc v=3 3\nd v=1 4\n");
    assertThat(((Mapped.Points) mapped).complaints())
        .containsExactly(
            "line 2: the value of field 'v' is neither a finite number, nor true, false or a text",
            "line 4: field 'time' has a name that the database reserves");
  }

  @Test
  void textWithoutItsQuote_takesTheLinesBehindItAlong() {
    Mapped mapped = map("a v=1 1\nb v=\"on 2\nc v=3 3\n");
    assertThat(lines(mapped)).isEqualTo("a v=1 1\n");
    assertThat(((Mapped.Points) mapped).complaints())
        .containsExactly("line 2: the text of field 'v' has no end");
  }

  @Test
  void linesAreCounted_asAnEditorCountsThem() {
    Mapped mapped = map("# made by hand\na t=\"one\ntwo\nthree\",v=1 1\n\nb v=NaN 2\nc v=3 3");
    assertThat(((Mapped.Points) mapped).complaints())
        .singleElement()
        .asString()
        .startsWith("line 6: the value of field 'v'");
  }

  @Test
  void manyBadLines_areTold_butNotEachOne() {
    Mapped mapped = map("bad\n".repeat(10_000) + "m v=1 1\n");
    assertThat(((Mapped.Points) mapped).complaints())
        .hasSize(21)
        .contains("line 20: there is no field", "and 9980 more lines or fields");
  }

  @Test
  void whatIsNoLine_isRejected() {
    assertThat(map("")).isEqualTo(new Mapped.Rejected("there is no line in it"));
    assertThat(map("no line")).isEqualTo(new Mapped.Rejected("line 1: field 'line' has no value"));
    assertThat(((Mapped.Rejected) map(Map.of("a", 1))).reason()).contains("StringConverter");
    assertThat(((Mapped.Rejected) map(new byte[] {'m', ' ', (byte) 0xff})).reason())
        .contains("not UTF-8");
    assertThat(((Mapped.Rejected) map("m v=-9223372036854775808i 1", Dialect.QUESTDB, "")).reason())
        .contains("which QuestDB takes for null");
  }

  /** Lines of a client that uses another precision would have times of January 1970. */
  @Test
  void timesOfACoarserUnit_areSaid() {
    for (String time : List.of("1764240000", "1764240000000", "1764240000000000")) {
      String unit = time.length() == 10 ? "s" : time.length() == 13 ? "ms" : "us";
      assertThat(map("m v=1 " + time))
          .isEqualTo(
              new Mapped.Rejected(
                  "line 1: the time "
                      + time
                      + " would be one of 1970; it looks like "
                      + unit
                      + ", and times of lines are nanoseconds"));
    }
  }
}

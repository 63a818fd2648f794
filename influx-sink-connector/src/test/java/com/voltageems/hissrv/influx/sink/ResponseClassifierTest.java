package com.voltageems.hissrv.influx.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.influx.point.FieldValue;
import com.voltageems.hissrv.influx.sink.WriteOutcome.Cause;
import com.voltageems.hissrv.influx.sink.WriteOutcome.Column;
import com.voltageems.hissrv.influx.sink.WriteOutcome.Fatal;
import com.voltageems.hissrv.influx.sink.WriteOutcome.Refused;
import com.voltageems.hissrv.influx.sink.WriteOutcome.Retry;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseClassifierTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  private static WriteOutcome v2(int status, String body) {
    return new ResponseClassifier(InfluxVersion.V2).classify(status, null, body, NOW);
  }

  private static WriteOutcome v1(int status, String body) {
    return new ResponseClassifier(InfluxVersion.V1).classify(status, null, body, NOW);
  }

  private static @Nullable Duration after(String header) {
    WriteOutcome outcome = new ResponseClassifier(InfluxVersion.V2).classify(503, header, "", NOW);
    return ((Retry) outcome).after();
  }

  @Test
  void only204_isWritten() {
    assertThat(v2(204, "")).isInstanceOf(WriteOutcome.Written.class);
    assertThat(v2(200, "<html>log in</html>"))
        .isEqualTo(
            new Fatal(
                "HTTP 200: <html>log in</html>; that is not the answer of a write API: check"
                    + " influxdb.url"));
    assertThat(v2(301, "")).isInstanceOf(Fatal.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504})
  void laterPerhaps(int status) {
    assertThat(v2(status, "")).isEqualTo(new Retry(null, "HTTP " + status));
  }

  @Test
  void retryAfter_secondsDateOrNonsense() {
    assertThat(after("7")).isEqualTo(Duration.ofSeconds(7));
    assertThat(after("Sun, 22 Nov 2026 12:00:30 GMT")).isEqualTo(Duration.ofSeconds(30));
    assertThat(after("Sun, 22 Nov 2026 11:00:00 GMT")).isEqualTo(Duration.ZERO);
    assertThat(after("999999999")).isEqualTo(Duration.ofMinutes(10));
    assertThat(after("99999999999999999999")).isNull();
    assertThat(after("soon")).isNull();
    assertThat(after("")).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "401, unauthorized access, check influxdb.token",
    "403, insufficient permissions, influxdb.token may write to influxdb.bucket",
    "404, bucket \"x\" not found, check influxdb.bucket",
    "404, organization name \"x\" not found, check influxdb.org",
    "404, 404 page not found, influxdb.version=1",
    "400, please provide either orgID or org, check influxdb.org",
  })
  void version2_fatal_namesTheSetting(int status, String message, String named) {
    assertThat(
            ((Fatal) v2(status, "{\"message\":\"" + message.replace("\"", "\\\"") + "\"}"))
                .reason())
        .contains(named)
        .contains("HTTP " + status + ": " + message);
  }

  @ParameterizedTest
  @CsvSource({
    "401, authorization failed, check influxdb.username and influxdb.password",
    "404, database not found: x, check influxdb.database",
    "404, 404 page not found, influxdb.version=2",
    "500, retention policy not found: x, check influxdb.retention.policy",
  })
  void version1_fatal_namesTheSetting(int status, String message, String named) {
    assertThat(((Fatal) v1(status, "{\"error\":\"" + message + "\"}")).reason()).contains(named);
  }

  private static Optional<Column> conflict(WriteOutcome outcome) {
    return ((Cause.FieldConflict) ((Refused) outcome).cause()).column();
  }

  @Test
  void conflict_named() {
    Column column = new Column("telemetry", "1", FieldValue.Kind.STRING);
    assertThat(
            conflict(
                v2(
                    422,
                    "{\"code\":\"unprocessable entity\",\"message\":\"failure writing points to"
                        + " database: partial write: field type conflict: input field \\\"1\\\" on"
                        + " measurement \\\"telemetry\\\" is type string, already exists as type"
                        + " float dropped=1\"}")))
        .contains(column);
    assertThat(
            conflict(
                v2(
                    400,
                    "{\"code\":\"invalid\",\"message\":\"failed to parse line protocol:errors"
                        + " encountered on line(s):\\nerror in line 1: table: telemetry, column: 1;"
                        + " cast error from protocol type: STRING to column type:"
                        + " DOUBLE\",\"line\":1}")))
        .contains(column);
  }

  @Test
  void columnNameThatQuestDbRefuses_isNamed() {
    assertThat(
            conflict(
                v2(
                    400,
                    "{\"message\":\"failed to parse line protocol:errors encountered on line(s):\\n"
                        + "error in line 1: table: awk ward; invalid column name: a.b\",\"line\":1}")))
        .contains(new Column("awk ward", "a.b", null));
  }

  @Test
  void conflict_unnamed() {
    assertThat(conflict(v1(400, "{\"error\":\"field type conflict\"}"))).isEmpty();
    assertThat(
            conflict(
                v2(400, "invalid column type for column 'v', expected iox::column_type::float")))
        .isEmpty();
  }

  @Test
  void otherRefusals() {
    assertThat(
            ((Refused)
                    v1(
                        400,
                        "{\"error\":\"partial write: points beyond retention policy dropped=1\"}"))
                .cause())
        .isInstanceOf(Cause.BeyondRetention.class);
    assertThat(((Refused) v1(400, "{\"error\":\"unable to parse 'e 1': bad\"}")).cause())
        .isInstanceOf(Cause.Line.class);
    assertThat(((Refused) v2(400, "<html>no</html>")).cause()).isInstanceOf(Cause.Unknown.class);
    assertThat(((Refused) v2(422, "")).cause()).isInstanceOf(Cause.Unknown.class);
    assertThat(((Refused) v2(400, "{\"message\":{}")).cause()).isInstanceOf(Cause.Unknown.class);
    assertThat(v2(413, "{\"error\":\"too large\"}"))
        .isEqualTo(new WriteOutcome.TooLarge("HTTP 413: too large"));
  }

  @Test
  void longBody_isCut() {
    assertThat(((Retry) v2(500, "x".repeat(5000))).reason()).hasSizeLessThan(400);
  }
}

package com.voltageems.hissrv.influx.answer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.voltageems.hissrv.influx.answer.WriteOutcome.Cause;
import com.voltageems.hissrv.influx.answer.WriteOutcome.Column;
import com.voltageems.hissrv.influx.answer.WriteOutcome.Failed;
import com.voltageems.hissrv.influx.answer.WriteOutcome.Fatal;
import com.voltageems.hissrv.influx.answer.WriteOutcome.Refused;
import com.voltageems.hissrv.influx.answer.WriteOutcome.Retry;
import com.voltageems.hissrv.influx.answer.WriteOutcome.Scope;
import com.voltageems.hissrv.influx.point.FieldValue;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseClassifierTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  private static WriteOutcome v2(int status, String body) {
    return new ResponseClassifier(InfluxVersion.V2, true).classify(status, null, body, NOW);
  }

  private static WriteOutcome v1(int status, String body) {
    return new ResponseClassifier(InfluxVersion.V1, true).classify(status, null, body, NOW);
  }

  private static @Nullable Duration after(String header) {
    WriteOutcome outcome =
        new ResponseClassifier(InfluxVersion.V2, true).classify(503, header, "", NOW);
    return ((Retry) outcome).after();
  }

  @Test
  void only204_isWritten() {
    assertThat(v2(204, "")).isInstanceOf(WriteOutcome.Written.class);
    assertThat(v2(200, "<html>log in</html>"))
        .isEqualTo(
            new Fatal(
                "HTTP 200: <html>log in</html>; that is not the answer of a write API: check"
                    + " influxdb.url",
                "influxdb.url"));
    assertThat(v2(301, "")).isInstanceOf(Fatal.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {421, 425, 429})
  void laterPerhaps(int status) {
    assertThat(v2(status, "")).isEqualTo(new Retry(null, "HTTP " + status));
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 502, 503, 504})
  void notAnsweredByTheDatabase_mayStillBeCarriedOut(int status) {
    assertThat(v2(status, "")).isEqualTo(new Retry(null, "HTTP " + status, null, true));
  }

  @Test
  void refusedForTheirNumber_willNotBeCarriedOut() {
    assertThat(v1(503, "request throttled, queue depth exceeded"))
        .isInstanceOfSatisfying(Retry.class, retry -> assertThat(retry.mayHappen()).isFalse());
    assertThat(new ResponseClassifier(InfluxVersion.V2, true).classify(503, "5", "", Instant.EPOCH))
        .isEqualTo(new Retry(Duration.ofSeconds(5), "HTTP 503", null, false));
  }

  /** InfluxDB 1.x answers so after its own coordinator.write-timeout. */
  @Test
  void timeoutOf1x_mayStillBeCarriedOut() {
    assertThat(v1(500, "{\"error\":\"timeout\"}"))
        .isEqualTo(new Retry(null, "HTTP 500: timeout", null, true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "engine: error writing WAL entry: write /w/_00001.wal: no space left on device",
        "engine: error writing WAL entry: write /w/_00001.wal: file too large",
        "commit error for table: m, errno: 28, error: [errno=28] could not write",
        "fork/exec: cannot allocate memory",
      })
  void fullDisk_isNoLinesFault(String message) {
    assertThat(v2(500, "{\"message\":\"" + message + "\"}")).isInstanceOf(Retry.class);
    assertThat(v1(500, "{\"error\":\"" + message + "\"}")).isInstanceOf(Retry.class);
  }

  /** Seen with 1.6.7 and 2.7.12: no write passes any more, even when the disk has room again. */
  @Test
  void fullDisk_afterWhichInfluxDbHasToBeRestarted_isSaid() {
    assertThat(
            v1(
                500,
                "{\"error\":\"engine: error writing WAL entry: write /w/_00001.wal: no space left on"
                    + " device\"}"))
        .isInstanceOfSatisfying(
            Retry.class, retry -> assertThat(retry.reason()).endsWith("twice: see the README"));
    assertThat(
            v2(
                500,
                "{\"message\":\"unexpected error writing points to database: not attempting to open"
                    + " shard 2; opening shard previously failed with: error loading series file\"}"))
        .isInstanceOfSatisfying(
            Retry.class, retry -> assertThat(retry.reason()).endsWith("twice: see the README"));
    assertThat(v1(500, "{\"error\":\"write /m/meta.dbtmp: no space left on device\"}"))
        .isEqualTo(new Retry(null, "HTTP 500: write /m/meta.dbtmp: no space left on device"));
  }

  /**
   * InfluxDB 1.6.7 answers so if it has no room for a new series; a bad line that only contains
   * these words stays a bad line.
   */
  @Test
  void fullDisk_answeredAsARefusal_isNoLinesFault() {
    String full = "partial write: write /d/ems/_series/07/0000: ";
    for (String why : List.of("file too large", "no space left on device")) {
      assertThat(v1(400, "{\"error\":\"" + full + why + " dropped=300\"}"))
          .isEqualTo(new Retry(null, "HTTP 400: " + full + why + " dropped=300"));
      assertThat(
              v2(422, "{\"message\":\"failure writing points to database: " + full + why + "\"}"))
          .isInstanceOf(Retry.class);
    }
    assertThat(v1(400, "{\"error\":\"" + full + "permission denied dropped=1\"}"))
        .isInstanceOf(Refused.class);
    assertThat(v1(400, "{\"error\":\"partial write: unable to parse 'no space left 1 x'\"}"))
        .isInstanceOf(Refused.class);
    assertThat(
            v1(
                400,
                "{\"error\":\"partial write: field type conflict: input field"
                    + " \\\"no space left\\\" on measurement \\\"m\\\" is type float, already exists"
                    + " as type string dropped=1\"}"))
        .isInstanceOf(Refused.class);
  }

  /**
   * An HTTP 500 may be caused by the lines, not only by the database or the way to it: field case
   * S1.
   */
  @Test
  void internalError_mayBeAboutTheLines() {
    assertThat(v2(500, "")).isEqualTo(new Failed(null, "HTTP 500", false));
    assertThat(v2(500, "{\"code\":\"internal error\",\"message\":\"engine is closed\"}"))
        .isEqualTo(new Failed(null, "HTTP 500: engine is closed", false));
    assertThat(
            v2(
                500,
                "{\"message\":\"failed to parse line protocol:errors encountered on line(s):"
                    + "write error: m, errno: 28, error: could not append\",\"line\":3}"))
        .isInstanceOfSatisfying(Failed.class, failed -> assertThat(failed.namesLine()).isTrue());
  }

  /** Field case S1: QuestDB crashes on a field that has the name of its time column. */
  @Test
  void questDbBreakdown_isARefusalWhateverItsStatus() {
    assertThat(
            v2(
                500,
                "{\"code\":\"internal error\",\"message\":\"failed to parse line protocol:errors"
                    + " encountered on line(s):write error: ok, error:"
                    + " java.lang.UnsupportedOperationException\",\"line\":1,"
                    + "\"errorId\":\"b388b667b649-8\"}"))
        .isInstanceOfSatisfying(
            Refused.class,
            refused ->
                assertThat(refused.cause()).isEqualTo(new Cause.FieldConflict(List.of(), 0)));
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
    "415, unsupported content encoding, check influxdb.gzip",
    "403, insufficient permissions, influxdb.token may write to influxdb.bucket",
    "404, bucket \"x\" not found, check influxdb.bucket",
    "404, organization name \"x\" not found, check influxdb.org",
    "404, 404 page not found, influxdb.version=1",
    "400, please provide either orgID or org, check influxdb.org",
    "404, database not found: \"x\", check influxdb.bucket",
    "500, retention policy not found: x, check influxdb.bucket",
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
    "404, no dbrp mapping found, InfluxDB 2 has no such bucket: check influxdb.database and",
    "500, retention policy not found: x, check influxdb.retention.policy",
  })
  void version1_fatal_namesTheSetting(int status, String message, String named) {
    assertThat(((Fatal) v1(status, "{\"error\":\"" + message + "\"}")).reason()).contains(named);
  }

  private static List<Column> conflict(WriteOutcome outcome) {
    return ((Cause.FieldConflict) ((Refused) outcome).cause()).readings();
  }

  private static Column shard(String measurement, String field, FieldValue.Kind kind) {
    return new Column(measurement, field, kind, -1, false, Scope.SHARD);
  }

  private static WriteOutcome influx2Conflict(String quotedField) {
    JsonObject body = new JsonObject();
    body.addProperty("code", "unprocessable entity");
    body.addProperty(
        "message",
        "failure writing points to database: partial write: field type conflict: input field "
            + quotedField
            + " on measurement \"m\" is type string, already exists as type float dropped=1");
    return v2(422, body.toString());
  }

  @Test
  void conflict_named() {
    assertThat(conflict(influx2Conflict("\"1\"")))
        .containsExactly(shard("m", "1", FieldValue.Kind.STRING));
    assertThat(
            conflict(
                v2(
                    400,
                    "{\"code\":\"invalid\",\"message\":\"failed to parse line protocol:errors"
                        + " encountered on line(s):\\nerror in line 1: table: telemetry, column: 1;"
                        + " cast error from protocol type: STRING to column type:"
                        + " DOUBLE\",\"line\":1}")))
        .containsExactly(
            new Column("telemetry", "1", FieldValue.Kind.STRING, -1, false, Scope.TABLE));
  }

  /**
   * Field case I3: InfluxDB 2 quotes names with Go's %q; InfluxDB 1 only puts quotes around them.
   */
  @Test
  void conflict_namesAreUnquotedByGosRules() {
    assertThat(conflict(influx2Conflict("\"f\\\"1\"")))
        .contains(shard("m", "f\"1", FieldValue.Kind.STRING));
    assertThat(conflict(influx2Conflict("\"a\\tb\\u200b\\\\c\"")))
        .contains(shard("m", "a\tb\u200b\\c", FieldValue.Kind.STRING));
    assertThat(conflict(influx2Conflict("\"电'🔋\"")))
        .containsExactly(shard("m", "电'🔋", FieldValue.Kind.STRING));
    assertThat(
            conflict(
                v1(
                    400,
                    "{\"error\":\"partial write: field type conflict: input field \\\"f\\\"1\\\" on"
                        + " measurement \\\"m\\\" is type string, already exists as type float"
                        + " dropped=1\"}")))
        .containsExactly(shard("m", "f\"1", FieldValue.Kind.STRING));
  }

  /** A long name is found although the reason shown to people is cut off. */
  @Test
  void conflict_longName() {
    String name = "n".repeat(2000);
    assertThat(conflict(influx2Conflict("\"" + name + "\"")))
        .containsExactly(shard("m", name, FieldValue.Kind.STRING));
  }

  @Test
  void tooLongText_isNamedWithItsLimit() {
    assertThat(
            conflict(
                v2(
                    422,
                    "{\"message\":\"failure writing points to database: partial write: input field"
                        + " \\\"t\\\" on measurement \\\"m\\\" is too long, 2000000 \\u003e 1048576"
                        + " dropped=1\"}")))
        .containsExactly(new Column("m", "t", FieldValue.Kind.STRING, 1048576, false, Scope.SHARD));
  }

  @Test
  void columnNameThatQuestDbRefuses_isNamed() {
    assertThat(
            conflict(
                v2(
                    400,
                    "{\"message\":\"failed to parse line protocol:errors encountered on line(s):\\n"
                        + "error in line 1: table: awk ward; invalid column name: a.b\\n"
                        + "error in line 2: table: x; invalid column name: c.d\",\"line\":1}")))
        .containsExactly(new Column("awk ward", "a.b", null, -1, true, Scope.TABLE));
  }

  /**
   * Field case S2: if a tag has the name of a column of numbers, fields of that name are not
   * refused.
   */
  @Test
  void tagThatMeetsANumber_isNamedAsATag() {
    Refused refused =
        (Refused)
            v2(
                400,
                "{\"message\":\"failed to parse line protocol:errors encountered on line(s):\\nerror"
                    + " in line 1: table: b3, column: v; cast error from protocol type: TAG to"
                    + " column type: DOUBLE\",\"line\":1}");
    assertThat(refused.cause()).isEqualTo(new Cause.TagConflict("b3", "v"));
  }

  @Test
  void conflict_unnamed() {
    assertThat(conflict(v1(400, "{\"error\":\"field type conflict\"}"))).isEmpty();
    assertThat(
            conflict(
                v2(400, "invalid column type for column 'v', expected iox::column_type::float")))
        .isEmpty();
  }

  /** Field case I1: one answer tells which other lines are too old. */
  @Test
  void beyondRetention_tellsTheBoundOrTheNumber() {
    Refused two =
        (Refused)
            v2(
                422,
                "{\"message\":\"failure writing points to database: partial write: dropped 1 points"
                    + " outside retention policy of duration 1h0m0s - oldest point m,channel=1 at"
                    + " 2026-11-25T09:00:00Z dropped because it violates a Retention Policy Lower"
                    + " Bound at 2026-11-25T10:43:11.123456789Z, newest point m,channel=1 at"
                    + " 2026-11-25T09:00:00Z dropped because it violates a Retention Policy Lower"
                    + " Bound at 2026-11-25T10:43:11.123456789Z dropped=1 for database:"
                    + " 8b1f for retention policy: autogen\"}");
    assertThat(two.cause())
        .isEqualTo(new Cause.BeyondRetention(Instant.parse("2026-11-25T10:43:11.123456789Z"), 1));
    Refused one =
        (Refused)
            v1(400, "{\"error\":\"partial write: points beyond retention policy dropped=7\"}");
    assertThat(one.cause()).isEqualTo(new Cause.BeyondRetention(null, 7));
  }

  /** Field case I7: the names in the message do not decide which of the two is missing. */
  @ParameterizedTest
  @CsvSource({
    "organization name \"bucket-x\" not found, check influxdb.org",
    "bucket \"org\" not found, check influxdb.bucket",
  })
  void missing_isToldByTheFirstWords(String message, String named) {
    JsonObject body = new JsonObject();
    body.addProperty("message", message);
    assertThat(((Fatal) v2(404, body.toString())).reason()).contains(named);
  }

  /** The messages of InfluxDB 1.6.7 and 1.11; a tag's value may contain any text. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "partial write: max-series-per-database limit exceeded: (100) dropped=7",
        "partial write: max-series-per-database exceeded database=ems limit=3 series=3 keys=1"
            + " dropped=7",
        "partial write: max-values-per-tag limit exceeded (100/100): measurement=\"m\""
            + " tag=\"t\" value=\"beyond retention policy dropped=3\" dropped=7"
      })
  void databaseThatTakesNoMoreSeries(String message) {
    JsonObject body = new JsonObject();
    body.addProperty("error", message);
    assertThat(((Refused) v1(400, body.toString())).cause()).isEqualTo(new Cause.SeriesLimit(7));
  }

  /** Words that InfluxDB repeats from the line are not the reason. */
  @Test
  void malformedLine_whateverItSays() {
    Refused refused =
        (Refused)
            v2(
                400,
                "{\"message\":\"unable to parse 'm f=\\\"beyond retention, orgID or org\\\" x': bad"
                    + " timestamp\"}");
    assertThat(refused.cause()).isEqualTo(new Cause.Line());
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
    assertThat(((Failed) v2(500, "x".repeat(5000))).reason()).hasSizeLessThan(400);
  }

  /** Nothing is compressed, so the setting for compression cannot be at fault. */
  @Test
  void wrongMediaTypeWithoutGzip_namesTheUrl() {
    assertThat(
            new ResponseClassifier(InfluxVersion.V2, false)
                .classify(415, null, "unsupported media type", NOW))
        .isEqualTo(
            new Fatal(
                "HTTP 415: unsupported media type; every write API takes plain text: check"
                    + " influxdb.url, and the proxy before the database if there is one",
                "influxdb.url"));
  }
}

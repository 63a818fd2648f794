package com.voltageems.hissrv.influx.show;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShowLinesTest {
  @TempDir private Path dir;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String config, String record, String... options) throws IOException {
    out.reset();
    err.reset();
    List<String> args = new ArrayList<>();
    args.add(Files.writeString(dir.resolve("sink.json"), config).toString());
    args.add("-");
    args.addAll(List.of(options));
    return new ShowLines(
            new ByteArrayInputStream(record.getBytes(UTF_8)),
            new PrintStream(out, true, UTF_8),
            new PrintStream(err, true, UTF_8),
            () -> 1_700_000_000_000L)
        .run(args);
  }

  /** The README's example. */
  @Test
  void foreignRecord_isShownAsItsLines() throws IOException {
    String config =
        """
        {"name": "x", "config": {
          "influxdb.url": "http://127.0.0.1:8086",
          "influxdb.bucket": "ems",
          "influxdb.precision": "s",
          "record.format": "any",
          "mapping.measurement": "meter",
          "mapping.tags": "id=meter.id,site,from=header.from,key",
          "mapping.points": "readings",
          "mapping.timestamp": "at",
          "mapping.timestamp.format": "s"
        }}
        """;
    int result =
        run(
            config,
            "{\"meter\":{\"id\":7},\"site\":\"north\",\"readings\":[{\"at\":1704067200,\"u\":230.1,\"i\":4}]}",
            "--topic",
            "t",
            "--key",
            "k",
            "--header",
            "from=h");
    assertThat(err.toString(UTF_8)).isEmpty();
    assertThat(out.toString(UTF_8))
        .isEqualTo("meter,from=h,id=7,key=k,site=north i=4,u=230.1 1704067200\n");
    assertThat(result).isZero();
  }

  /** The example file of connect-configs for foreign topics, with the record of its README. */
  @Test
  void shippedFileForForeignTopics_fitsItsExample() throws IOException {
    String config = Files.readString(Path.of("..", "connect-configs", "influx-sink-foreign.json"));
    assertThat(
            run(
                config,
                "{\"kind\":\"pv\",\"site\":\"north\",\"meter\":{\"id\":7},\"readings\":[{\"at\":\"2024-01-01T00:00:00Z\",\"u\":230.1}]}"))
        .isZero();
    assertThat(out.toString(UTF_8)).isEqualTo("pv,id=7,site=north u=230.1 1704067200000000000\n");
  }

  private static final String SAMPLES =
      "{\"influxdb.url\":\"http://127.0.0.1:8086\",\"influxdb.bucket\":\"ems\"}";

  @Test
  void whatIsLeftOut_isSaid() throws IOException {
    int result =
        run(
            SAMPLES,
            "{\"schema\":{},\"payload\":{\"measurement\":\"m\",\"fields\":{\"a\":1.5,\"b\":[1],\"c\":null}}}",
            "--time",
            "5");
    assertThat(out.toString(UTF_8)).isEqualTo("m a=1.5 5000000\n");
    assertThat(err.toString(UTF_8)).startsWith("left out: field 'b' is an array");
    assertThat(result).isEqualTo(1);
    assertThat(run(SAMPLES, "{}")).isEqualTo(1);
    assertThat(err.toString(UTF_8)).startsWith("refused: 'measurement' is null");
  }

  /** Several records one after the other, as a console consumer prints them. */
  @Test
  void severalRecords_areShownEach_andNamedByTheirNumber() throws IOException {
    String good = "{\"measurement\":\"m\",\"fields\":{\"a\":1.5}}";

    assertThat(run(SAMPLES, good + "\n" + good + "\n", "--time", "5")).isZero();
    assertThat(out.toString(UTF_8)).isEqualTo("m a=1.5 5000000\nm a=1.5 5000000\n");
    assertThat(run(SAMPLES, good + "\n{}\n" + good, "--time", "5")).isEqualTo(1);
    assertThat(out.toString(UTF_8)).hasLineCount(2);
    assertThat(err.toString(UTF_8)).startsWith("record 2: refused: 'measurement' is null");
  }

  private static final String ANY =
      "{\"influxdb.url\":\"http://127.0.0.1:8086\",\"influxdb.bucket\":\"ems\","
          + "\"value.converter.schemas.enable\":\"false\","
          + "\"record.format\":\"any\",\"mapping.measurement\":\"pv\"";

  /**
   * Arrays are passed over by default. That is no error, but users of this command want to know.
   */
  @Test
  void arrayThatIsPassedOver_isNamed() throws IOException {
    String record = "{\"p\":1,\"ac\":{\"u\":[230.1,231.2]}}";

    assertThat(run(ANY + "}", record, "--time", "5")).isZero();
    assertThat(out.toString(UTF_8)).isEqualTo("pv p=1 5000000\n");
    assertThat(err.toString(UTF_8))
        .startsWith("passed over: 'ac.u' is an array; mapping.arrays=flatten makes fields of it")
        .contains("such as ac.u[0]");
    assertThat(run(ANY + ",\"mapping.arrays\":\"flatten\"}", record)).isZero();
    assertThat(err.toString(UTF_8)).isEmpty();
  }

  /** The worker's converter would not unwrap such a value, so this command does not either. */
  @Test
  void schemaAndPayload_standAsTheyAre_whereTheConverterTakesNoSchemas() throws IOException {
    assertThat(run(ANY + "}", "{\"schema\":{},\"payload\":{\"a\":1.5}}", "--time", "5")).isZero();
    assertThat(out.toString(UTF_8)).isEqualTo("pv payload.a=1.5 5000000\n");
  }

  @Test
  void wrongCall_isExplained() throws IOException {
    assertThat(run("{\"influxdb.url\":\"x\"}", "{}")).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("influxdb.url").contains("usage:");
    assertThat(run(SAMPLES, "{")).isEqualTo(2);
    assertThat(run(SAMPLES, "{}", "--what", "x")).isEqualTo(2);
    assertThat(err.toString(UTF_8)).startsWith("unknown option --what");
    assertThat(run(SAMPLES, "{}", "--key")).isEqualTo(2);
    assertThat(run(SAMPLES, "{}", "--header", "x")).isEqualTo(2);
    assertThat(run(SAMPLES, "{}", "third")).isEqualTo(2);
    assertThat(run(SAMPLES, "{}", "--time", "noon")).isEqualTo(2);
    assertThat(err.toString(UTF_8)).startsWith("--time needs epoch milliseconds, not noon");
    assertThat(run("{\"influxdb.url\":null}", "{}")).isEqualTo(2);
    assertThat(err.toString(UTF_8)).startsWith("influxdb.url: not a text");
  }
}

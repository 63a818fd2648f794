package com.voltageems.hissrv.influx.show;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.voltageems.hissrv.influx.config.InfluxSinkConfig;
import com.voltageems.hissrv.influx.mapping.Mapped;
import com.voltageems.hissrv.influx.point.LineBuffer;
import com.voltageems.hissrv.influx.point.LineProtocol;
import com.voltageems.hissrv.influx.point.Point;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/**
 * Command that shows which lines a record becomes under a configuration, without Kafka and without
 * a database.
 *
 * <pre>
 * java -cp 'PLUGIN/*:KAFKA/libs/*' com.voltageems.hissrv.influx.show.ShowLines sink.json record.json
 * </pre>
 */
public final class ShowLines {
  private static final int OK = 0;
  private static final int REFUSED = 1;
  private static final int USAGE = 2;

  private static final String HELP =
      """
      usage: ShowLines CONFIG RECORD [options]
        CONFIG  the connector's configuration, JSON as it is submitted
        RECORD  a record's value, JSON, or several one after the other (with record.format=line
                text, which is one value); - reads from standard input
        --topic NAME          the record's topic (default: topic)
        --key TEXT            its key
        --header NAME=TEXT    a header; may be repeated
        --time MILLISECONDS   its timestamp (default: now)
      Lines go to standard output, reasons to standard error. Ends with 0 when all of each record
      becomes lines, 1 when something is refused, 2 when it was called wrongly.
      """;

  private final InputStream in;
  private final PrintStream out;
  private final PrintStream err;
  private final LongSupplier now;

  ShowLines(InputStream in, PrintStream out, PrintStream err, LongSupplier now) {
    this.in = in;
    this.out = out;
    this.err = err;
    this.now = now;
  }

  /** Runs the command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    System.exit(
        new ShowLines(System.in, System.out, System.err, System::currentTimeMillis)
            .run(List.of(args)));
  }

  /** The parsed arguments. */
  private static final class Call {
    private final ConnectHeaders headers = new ConnectHeaders();
    private String config = "";
    private String record = "";
    private String topic = "topic";
    private @Nullable String key;
    private @Nullable String time;
  }

  int run(List<String> args) {
    try {
      Call call = parse(args);
      Map<String, String> settings = config(Files.readString(Path.of(call.config)));
      InfluxSinkConfig config = new InfluxSinkConfig(settings);
      List<SinkRecord> records = records(call, config.records().areLines(), settings);
      if (takesEveryScalar(settings)) {
        records.forEach(this::sayWhatIsPassedOver);
      }
      return showAll(config, records);
    } catch (IllegalArgumentException | ConfigException | JsonParseException e) {
      err.println(e.getMessage());
      err.print(HELP);
      return USAGE;
    } catch (IOException e) {
      err.println("cannot read: " + e.getMessage());
      return USAGE;
    }
  }

  private static Call parse(List<String> args) {
    Call call = new Call();
    int at = 0;
    int files = 0;
    while (at < args.size()) {
      String arg = args.get(at++);
      if (!arg.startsWith("--")) {
        if (++files == 1) {
          call.config = arg;
        } else {
          call.record = arg;
        }
        continue;
      }
      if (at == args.size()) {
        throw new IllegalArgumentException(arg + " needs a value");
      }
      option(call, arg, args.get(at++));
    }
    if (files != 2) {
      throw new IllegalArgumentException("two files are needed: the configuration and the record");
    }
    return call;
  }

  private static void option(Call call, String option, String value) {
    switch (option) {
      case "--topic" -> call.topic = value;
      case "--key" -> call.key = value;
      case "--time" -> call.time = value;
      case "--header" -> {
        int equals = value.indexOf('=');
        if (equals <= 0) {
          throw new IllegalArgumentException("--header needs NAME=TEXT");
        }
        call.headers.addString(value.substring(0, equals), value.substring(equals + 1));
      }
      default -> throw new IllegalArgumentException("unknown option " + option);
    }
  }

  private static Map<String, String> config(String text) {
    JsonElement json = JsonParser.parseString(text);
    if (!(json instanceof JsonObject object)) {
      throw new IllegalArgumentException("the configuration is not a JSON object");
    }
    JsonObject settings = object.get("config") instanceof JsonObject inside ? inside : object;
    Map<String, String> config = new HashMap<>();
    settings
        .entrySet()
        .forEach(
            each -> {
              if (!each.getValue().isJsonPrimitive()) {
                throw new IllegalArgumentException(each.getKey() + ": not a text");
              }
              config.put(each.getKey(), each.getValue().getAsString());
            });
    return config;
  }

  private static boolean takesEveryScalar(Map<String, String> settings) {
    return "any".equals(settings.get("record.format"))
        && !settings.containsKey("mapping.fields")
        && !settings.containsKey("mapping.points")
        && !"flatten".equals(settings.get("mapping.arrays"));
  }

  /**
   * Prints which arrays are passed over. A setting says so, so it is no error, but easily
   * overlooked.
   */
  private void sayWhatIsPassedOver(SinkRecord record) {
    Object value = record.value();
    boolean isChange = value instanceof Map<?, ?> map && map.get("after") instanceof Map;
    Object row = isChange ? ((Map<?, ?>) value).get("after") : value;
    for (String place : JsonRecords.arrays(row)) {
      err.println(
          "passed over: '"
              + place
              + "' is an array; mapping.arrays=flatten makes fields of it, mapping.fields can name"
              + " its elements, such as "
              + place
              + "[0]");
    }
  }

  private List<SinkRecord> records(Call call, boolean areTexts, Map<String, String> settings)
      throws IOException {
    String text =
        call.record.equals("-")
            ? new String(in.readAllBytes(), StandardCharsets.UTF_8)
            : Files.readString(Path.of(call.record));
    long time = call.time == null ? now.getAsLong() : millis(call.time);
    List<SinkRecord> records = new ArrayList<>();
    boolean withoutSchemas = "false".equals(settings.get("value.converter.schemas.enable"));
    for (Object value : areTexts ? List.of(text) : JsonRecords.parse(text, withoutSchemas)) {
      records.add(
          new SinkRecord(
              call.topic,
              0,
              null,
              call.key,
              null,
              value,
              records.size(),
              time,
              TimestampType.CREATE_TIME,
              call.headers));
    }
    return records;
  }

  private static long millis(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("--time needs epoch milliseconds, not " + text, e);
    }
  }

  private int showAll(InfluxSinkConfig config, List<SinkRecord> records) {
    int result = OK;
    for (SinkRecord record : records) {
      String which = records.size() == 1 ? "" : "record " + (record.kafkaOffset() + 1) + ": ";
      result = Math.max(result, show(config, record, which));
    }
    return result;
  }

  private int show(InfluxSinkConfig config, SinkRecord record, String which) {
    Mapped mapped = config.recordToPoint().map(record);
    if (mapped instanceof Mapped.Rejected rejected) {
      err.println(which + "refused: " + rejected.reason());
      return REFUSED;
    }
    if (!(mapped instanceof Mapped.Points points)) {
      err.println(which + "passed over");
      return OK;
    }
    LineBuffer lines = new LineBuffer(1024);
    for (Point point : points.points()) {
      LineProtocol.append(point, config.database().lineForm(), lines);
    }
    out.print(new String(lines.array(), 0, lines.length(), StandardCharsets.UTF_8));
    out.flush();
    points.complaints().forEach(complaint -> err.println(which + "left out: " + complaint));
    points.absent().forEach(one -> err.println(which + "not in this record: " + one));
    return points.complaints().isEmpty() ? OK : REFUSED;
  }
}

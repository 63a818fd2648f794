package com.voltageems.hissrv.query.http.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import com.voltageems.hissrv.query.resolution.CopyDiscovery;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.LatestAnswer;
import com.voltageems.hissrv.query.store.LatestSeries;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Selection;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Latest values, and lists of measurements, fields and tags, as JSON. Pure. */
public final class DiscoveryJson {
  private DiscoveryJson() {}

  /**
   * Returns {@code {"measurement",...,"series":[{"tags","fields":{"<name>":{"value","time"}}}]}}.
   */
  public static byte[] latest(
      Selection selection, LatestAnswer answer, HistoryAnswer told, boolean epochTimes) {
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("measurement", selection.measurement().name());
          Json.range(json, selection, epochTimes);
          json.writeBooleanField("truncated", answer.truncated());
          writeExpired(json, told, epochTimes);
          json.writeArrayFieldStart("series");
          for (LatestSeries series : answer.series()) {
            json.writeStartObject();
            Json.tags(json, series.tags());
            json.writeObjectFieldStart("fields");
            for (Map.Entry<String, LatestSeries.Value> field : series.fields().entrySet()) {
              json.writeObjectFieldStart(field.getKey());
              json.writeFieldName("value");
              Json.value(json, field.getValue().value());
              json.writeFieldName("time");
              Json.time(json, field.getValue().epochMicros(), epochTimes);
              json.writeEndObject();
            }
            json.writeEndObject();
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static void writeExpired(JsonGenerator json, HistoryAnswer told, boolean epochTimes)
      throws IOException {
    Long expired = told.expiredBefore();
    if (expired != null) {
      json.writeFieldName("expired_before");
      Json.time(json, expired * 1000, epochTimes);
    }
  }

  /**
   * Returns {@code {"measurements":[{"name","tags":[...],"fields":[{"name","type"}]}]}}.
   *
   * @param copied the measurements of the coarser copies, by name; a measurement without samples
   *     also names the copies' {@code resolution}
   */
  public static byte[] measurements(
      List<Measurement> measurements, Map<String, CopyDiscovery.Copied<Measurement>> copied) {
    Map<String, Measurement> all = new TreeMap<>();
    Map<String, String> resolutions = new TreeMap<>();
    copied.forEach(
        (name, one) -> {
          all.put(name, one.found());
          one.resolution().ifPresent(policies -> resolutions.put(name, policies));
        });
    for (Measurement measurement : measurements) {
      all.put(measurement.name(), measurement);
      resolutions.remove(measurement.name());
    }
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("measurements");
          for (Measurement measurement : all.values()) {
            json.writeStartObject();
            json.writeStringField("name", measurement.name());
            json.writeArrayFieldStart("tags");
            for (String tag : measurement.tags()) {
              json.writeString(tag);
            }
            json.writeEndArray();
            writeFields(json, measurement.fields());
            String resolution = resolutions.get(measurement.name());
            if (resolution != null) {
              json.writeStringField("resolution", resolution);
            }
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  /**
   * Returns {@code {"measurement","fields":[{"name","type"}]}}.
   *
   * @param copied the fields that copies have for the time whose samples have expired
   * @param told reports before which time the samples have expired
   */
  public static byte[] fields(
      Measurement measurement,
      List<Field> fields,
      CopyDiscovery.Copied<Set<String>> copied,
      HistoryAnswer told) {
    Set<String> names = fields.stream().map(Field::name).collect(Collectors.toSet());
    boolean more = !names.containsAll(copied.found());
    names.addAll(copied.found());
    List<Field> all =
        measurement.fields().stream().filter(field -> names.remove(field.name())).toList();
    List<Field> others =
        names.stream().sorted().map(name -> new Field(name, Field.Kind.NUMBER)).toList();
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("measurement", measurement.name());
          writeFields(json, Stream.concat(all.stream(), others.stream()).toList());
          writeCopied(json, more, copied, told);
          json.writeEndObject();
        });
  }

  /**
   * Returns {@code {"measurement","tags":{"<tag>":[values]}}}.
   *
   * @param copied the tag values that copies have for the time whose samples have expired
   * @param limit maximum number of values per tag
   * @param told reports before which time the samples have expired
   */
  public static byte[] tags(
      String measurement,
      Map<String, List<String>> tagValues,
      CopyDiscovery.Copied<Map<String, Set<String>>> copied,
      int limit,
      HistoryAnswer told) {
    Map<String, Set<String>> all = new TreeMap<>();
    tagValues.forEach((tag, values) -> all.put(tag, new TreeSet<>(values)));
    boolean[] more = {false};
    copied
        .found()
        .forEach(
            (tag, values) ->
                more[0] |= all.computeIfAbsent(tag, any -> new TreeSet<>()).addAll(values));
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("measurement", measurement);
          json.writeObjectFieldStart("tags");
          for (Map.Entry<String, Set<String>> tag : all.entrySet()) {
            json.writeArrayFieldStart(tag.getKey());
            for (String value : tag.getValue().stream().limit(limit).toList()) {
              json.writeString(value);
            }
            json.writeEndArray();
          }
          json.writeEndObject();
          writeCopied(json, more[0], copied, told);
          json.writeEndObject();
        });
  }

  private static void writeCopied(
      JsonGenerator json, boolean more, CopyDiscovery.Copied<?> copied, HistoryAnswer told)
      throws IOException {
    if (more) {
      json.writeStringField("resolution", copied.resolution().orElse(""));
    }
    if (more || !copied.whole()) {
      writeExpired(json, told, false);
    }
  }

  private static void writeFields(JsonGenerator json, List<Field> fields) throws IOException {
    json.writeArrayFieldStart("fields");
    for (Field field : fields) {
      json.writeStartObject();
      json.writeStringField("name", field.name());
      Field.Kind kind = field.kind() == Field.Kind.INTEGER ? Field.Kind.NUMBER : field.kind();
      json.writeStringField("type", kind.name().toLowerCase(Locale.ROOT));
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}

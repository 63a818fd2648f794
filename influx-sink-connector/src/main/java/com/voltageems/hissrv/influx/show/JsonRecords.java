package com.voltageems.hissrv.influx.show;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonStreamParser;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parser of JSON, with the same results as Connect's JsonConverter without schemas. */
final class JsonRecords {
  private JsonRecords() {}

  /**
   * Returns the values in a text: one value, or several one after the other, as consumers print
   * them.
   *
   * @param withoutSchemas whether the converter keeps an object of schema and payload as it is
   * @throws com.google.gson.JsonParseException if the text is not JSON
   */
  static List<@Nullable Object> parse(String text, boolean withoutSchemas) {
    List<@Nullable Object> values = new ArrayList<>();
    new JsonStreamParser(text)
        .forEachRemaining(json -> values.add(value(withoutSchemas ? json : payload(json))));
    if (values.isEmpty()) {
      values.add(null);
    }
    return values;
  }

  private static JsonElement payload(JsonElement json) {
    boolean isEnvelope =
        json instanceof JsonObject object
            && object.size() == 2
            && object.has("schema")
            && object.has("payload");
    return isEnvelope ? json.getAsJsonObject().get("payload") : json;
  }

  /** Returns the places of arrays in a value, without arrays inside other arrays. */
  static List<String> arrays(@Nullable Object value) {
    List<String> places = new ArrayList<>();
    if (value instanceof Map<?, ?> map) {
      map.forEach(
          (name, member) -> {
            if (member instanceof List) {
              places.add(String.valueOf(name));
            }
            arrays(member).forEach(inner -> places.add(name + "." + inner));
          });
    }
    places.sort(null);
    return places;
  }

  private static @Nullable Object value(JsonElement json) {
    if (json.isJsonNull()) {
      return null;
    }
    if (json.isJsonArray()) {
      List<@Nullable Object> list = new ArrayList<>();
      json.getAsJsonArray().forEach(element -> list.add(value(element)));
      return list;
    }
    if (json instanceof JsonObject object) {
      Map<String, @Nullable Object> map = new HashMap<>();
      object.entrySet().forEach(member -> map.put(member.getKey(), value(member.getValue())));
      return map;
    }
    JsonPrimitive scalar = json.getAsJsonPrimitive();
    if (scalar.isBoolean()) {
      return scalar.getAsBoolean();
    }
    return scalar.isNumber() ? number(scalar.getAsString()) : scalar.getAsString();
  }

  /** Returns a 64-bit integer if the number is one, else a double. */
  private static Object number(String text) {
    try {
      return Long.valueOf(text);
    } catch (NumberFormatException e) {
      return Double.valueOf(text);
    }
  }
}

package com.voltageems.hissrv.influx.show;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads JSON as Connect's JsonConverter does without schemas. */
final class JsonRecords {
  private JsonRecords() {}

  /**
   * A value.
   *
   * @throws com.google.gson.JsonParseException when it is not JSON
   */
  static @Nullable Object parse(String text) {
    JsonElement json = JsonParser.parseString(text);
    boolean isEnvelope =
        json instanceof JsonObject object
            && object.size() == 2
            && object.has("schema")
            && object.has("payload");
    return value(isEnvelope ? json.getAsJsonObject().get("payload") : json);
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

  /** A whole number of 64 bits, else a double. */
  private static Object number(String text) {
    try {
      return Long.valueOf(text);
    } catch (NumberFormatException e) {
      return Double.valueOf(text);
    }
  }
}

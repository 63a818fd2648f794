package com.voltageems.hissrv.query.site.key;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the declared keys as a JSON Schema, for editors. A value that is looked up ({@code
 * ${NAME}}) is valid for every key, so the schema refuses nothing that the check accepts.
 */
public final class JsonSchema {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final String LOOKED_UP = "\\$\\{";

  private JsonSchema() {}

  /** Returns the text of docs/hissrv.schema.json. */
  public static String text() {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.put("title", "hissrv.yml");
    schema.put("description", "One file for a site of hissrv.");
    schema.putAll(of(Keys.SITE));
    try {
      return JSON.writeValueAsString(schema) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("maps of texts can be written", e);
    }
  }

  private static Map<String, Object> of(Shape shape) {
    if (shape instanceof Scalar scalar) {
      return of(scalar);
    }
    if (shape instanceof Shape.Many many) {
      return of(many);
    }
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", List.of("object", "null"));
    if (shape instanceof Shape.Names names) {
      schema.put("additionalProperties", names.nested() ? true : of(names.of()));
      return schema;
    }
    Shape.Section section = (Shape.Section) shape;
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> required = new ArrayList<>();
    for (Key key : section.keys()) {
      Map<String, Object> property = new LinkedHashMap<>(of(key.shape()));
      String doc = key.doc().replace("`", "");
      property.put(
          "description",
          key.defaultText() == null ? doc : doc + " Default: " + key.defaultText() + ".");
      properties.put(key.name(), property);
      if (key.required()) {
        required.add(key.name());
      }
    }
    schema.put("properties", properties);
    schema.put("additionalProperties", false);
    if (!required.isEmpty()) {
      schema.put("required", required);
    }
    return schema;
  }

  private static Map<String, Object> of(Shape.Many many) {
    Map<String, Object> list = new LinkedHashMap<>();
    list.put("type", List.of("array", "null"));
    list.put("items", of(many.of()));
    list.put("maxItems", many.most());
    return many.of() instanceof Scalar scalar
        ? new LinkedHashMap<>(Map.of("anyOf", List.of(list, of(scalar))))
        : list;
  }

  private static Map<String, Object> of(Scalar scalar) {
    Map<String, Object> schema = new LinkedHashMap<>();
    switch (scalar.kind()) {
      case NUMBER -> {
        Map<String, Object> number = new LinkedHashMap<>();
        number.put("type", "integer");
        number.put("minimum", scalar.least());
        number.put("maximum", scalar.most());
        schema.put("anyOf", List.of(number, text("^[0-9]+$|" + LOOKED_UP), nothing()));
      }
      case BOOLEAN ->
          schema.put(
              "anyOf",
              List.of(Map.of("type", "boolean"), text("^(true|false)$|" + LOOKED_UP), nothing()));
      case CHOICE -> {
        List<Object> all = new ArrayList<>(scalar.choices());
        scalar.choices().stream()
            .filter(choice -> choice.matches("[0-9]+"))
            .map(Integer::valueOf)
            .forEach(all::add);
        schema.put("anyOf", List.of(Map.of("enum", all), text(LOOKED_UP), nothing()));
      }
      case DURATION ->
          schema.put("anyOf", List.of(text("^[0-9]+(ms|s|m|h|d|w)$|" + LOOKED_UP), nothing()));
      case URL, URLS -> schema.put("anyOf", List.of(text("^https?://|" + LOOKED_UP), nothing()));
      case REDIS_URL -> schema.put("anyOf", List.of(text("^rediss?://|" + LOOKED_UP), nothing()));
      default -> schema.put("type", List.of("string", "number", "boolean", "null"));
    }
    return schema;
  }

  private static Map<String, Object> text(String pattern) {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "string");
    schema.put("pattern", pattern);
    return schema;
  }

  private static Map<String, Object> nothing() {
    return Map.of("type", "null");
  }
}

package com.voltageems.hissrv.redis.source.sample;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.voltageems.hissrv.redis.source.bytes.Bytes;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Parsed element of a pending list: a sample, or why it is not one. Format of an element:
 *
 * <pre>{"measurement":"m","timestamp":1753790700,"tags":{"a":"b","n":1},"fields":{"x":1.5}}</pre>
 *
 * @param sample null if the element is rejected
 * @param fault null if the element is a sample
 * @param nonFinite how many fields of the sample were dropped because they are not finite numbers
 * @param rounded how many of its numbers are the nearest double to a whole number that no double
 *     represents exactly
 * @param timed whether the element has its own time
 */
public record PendingElement(
    @Nullable Sample sample,
    @Nullable ElementFault fault,
    int nonFinite,
    int rounded,
    boolean timed) {
  private static final int MAX_NESTING = 64;
  private static final ObjectMapper JSON = boundedJson();

  /**
   * Returns a mapper for texts from anybody. Jackson itself limits the digits of a number; this
   * mapper also limits the nesting.
   */
  public static ObjectMapper boundedJson() {
    return new ObjectMapper(
            JsonFactory.builder()
                .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(MAX_NESTING).build())
                .build())
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  }

  /**
   * Parses an element. Never throws.
   *
   * @param maxBytes longer elements are rejected
   * @param nowMillis time for an element that has none
   */
  public static PendingElement parse(
      byte[] element, int maxBytes, NonFinite nonFinite, long nowMillis) {
    if (element.length > maxBytes) {
      return rejected(ElementFault.TOO_LONG);
    }
    JsonNode root;
    try {
      root = JSON.readTree(element);
    } catch (JsonProcessingException e) {
      return rejected(ElementFault.NOT_JSON);
    } catch (IOException e) {
      return rejected(ElementFault.NOT_UTF8);
    }
    if (root == null || !root.isObject()) {
      return rejected(ElementFault.NOT_AN_OBJECT);
    }
    return read(root, nonFinite, nowMillis);
  }

  private static PendingElement read(JsonNode root, NonFinite nonFinite, long nowMillis) {
    JsonNode measurement = root.path("measurement");
    if (!measurement.isTextual() || measurement.textValue().isEmpty()) {
      return rejected(ElementFault.NO_MEASUREMENT);
    }
    JsonNode tags = root.path("tags");
    if (!tags.isObject() && !tags.isMissingNode() && !tags.isNull()) {
      return rejected(ElementFault.TAGS_NOT_AN_OBJECT);
    }
    Map<String, String> tagMap = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> tag : tags.properties()) {
      if (tag.getValue().isContainerNode()) {
        return rejected(ElementFault.TAG_NOT_A_SCALAR);
      }
      if (tag.getValue().isNumber() && !Double.isFinite(tag.getValue().doubleValue())) {
        return rejected(ElementFault.TAG_NOT_FINITE);
      }
      if (!tag.getValue().isNull()) {
        tagMap.put(tag.getKey(), tag.getValue().asText());
      }
    }
    JsonNode timestamp = root.path("timestamp");
    boolean timed = !timestamp.isMissingNode() && !timestamp.isNull();
    long time = timed ? time(timestamp) : nowMillis;
    if (time == ValueText.NO_TIME) {
      return rejected(ElementFault.BAD_TIMESTAMP);
    }
    JsonNode fields = root.path("fields");
    if (!fields.isObject()) {
      return rejected(ElementFault.FIELDS_NOT_AN_OBJECT);
    }
    Map<String, Double> numbers = new LinkedHashMap<>();
    Map<String, String> texts = new LinkedHashMap<>();
    int dropped = 0;
    int rounded = 0;
    for (Map.Entry<String, JsonNode> field : fields.properties()) {
      if (field.getValue().isContainerNode()) {
        return rejected(ElementFault.FIELD_NOT_A_SCALAR);
      }
      if (!put(field.getKey(), field.getValue(), nonFinite, numbers, texts)) {
        dropped++;
      } else if (isRounded(field.getValue())) {
        rounded++;
      }
    }
    Sample sample =
        new Sample(KeyMapper.series(measurement.textValue(), tagMap), numbers, texts, time);
    return sample.isEmpty()
        ? rejected(ElementFault.NO_FIELD)
        : new PendingElement(sample, null, dropped, rounded, timed);
  }

  private static boolean isRounded(JsonNode value) {
    double number = value.doubleValue();
    return value.isIntegralNumber()
        && Double.isFinite(number)
        && value.decimalValue().compareTo(new BigDecimal(number)) != 0;
  }

  /** Returns false if the field is dropped because its number is not finite. */
  private static boolean put(
      String name,
      JsonNode value,
      NonFinite nonFinite,
      Map<String, Double> numbers,
      Map<String, String> texts) {
    if (value.isNumber()) {
      double number = value.doubleValue();
      if (Double.isFinite(number)) {
        numbers.put(name, number);
      } else if (nonFinite == NonFinite.TEXT) {
        texts.put(name, value.asText());
      } else {
        return false;
      }
    } else if (value.isBoolean()) {
      numbers.put(name, value.booleanValue() ? 1.0 : 0.0);
    } else if (value.isTextual()) {
      texts.put(name, value.textValue());
    }
    return true;
  }

  private static long time(JsonNode timestamp) {
    return timestamp.isNumber() || timestamp.isTextual()
        ? ValueText.time(Bytes.of(timestamp.asText()))
        : ValueText.NO_TIME;
  }

  private static PendingElement rejected(ElementFault fault) {
    return new PendingElement(null, fault, 0, 0, false);
  }

  /**
   * Returns the entry for the rejected list: the reason, and the element so that it can be
   * repaired.
   */
  public static byte[] rejectedEntry(byte[] element, ElementFault fault) {
    ObjectNode entry = JSON.createObjectNode();
    entry.put("reason", fault.text());
    if (Bytes.isUtf8(element)) {
      entry.put("element", Bytes.text(element));
    } else {
      entry.put("element_base64", Base64.getEncoder().encodeToString(element));
    }
    return Bytes.of(entry.toString());
  }
}

package com.voltageems.hissrv.query.config;

import java.util.Map;
import java.util.function.Function;

/**
 * One setting: its name, its default as one would write it, and how its text becomes a value.
 *
 * @param key dotted name, also the path in the YAML file
 * @param defaultText the text used when the file does not name the key
 * @param expected what a right value looks like, for messages and the table; completes "needs ..."
 * @param doc one sentence for the table
 * @param secret whether the value must never be shown
 * @param parser text to value; throws IllegalArgumentException when the text is not right
 */
record Setting<T>(
    String key,
    String defaultText,
    String expected,
    String doc,
    boolean secret,
    Function<String, T> parser) {

  static <T> Setting<T> of(
      String key, String defaultText, String expected, String doc, Function<String, T> parser) {
    return new Setting<>(key, defaultText, expected, doc, false, parser);
  }

  static Setting<String> secret(String key, String defaultText, String doc) {
    return new Setting<>(key, defaultText, "a text", doc, true, text -> text);
  }

  /**
   * The value in {@code texts}, or the default.
   *
   * @throws ConfigException when the text is not right; the message never shows a secret
   */
  T in(Map<String, String> texts) throws ConfigException {
    String text = texts.getOrDefault(key, defaultText).strip();
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      String shown = secret ? "the value" : "\"" + text + "\"";
      throw new ConfigException(key + ": " + shown + " cannot be used: needs " + expected, e);
    }
  }
}

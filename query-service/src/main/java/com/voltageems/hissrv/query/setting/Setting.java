package com.voltageems.hissrv.query.setting;

import java.util.Map;
import java.util.function.Function;

/**
 * One setting: its name, its default as written in a file, and the conversion of its text to a
 * value.
 *
 * @param key dotted name, also the path in the YAML file
 * @param defaultText the text used if the file does not name the key
 * @param expected the form of a valid value, for messages and the table; completes "needs ..."
 * @param doc one sentence for the table
 * @param secret whether the value must never be shown
 * @param parser converts the text to a value; throws IllegalArgumentException if the text is
 *     invalid
 */
public record Setting<T>(
    String key,
    String defaultText,
    String expected,
    String doc,
    boolean secret,
    Function<String, T> parser) {

  public static <T> Setting<T> of(
      String key, String defaultText, String expected, String doc, Function<String, T> parser) {
    return new Setting<>(key, defaultText, expected, doc, false, parser);
  }

  public static Setting<String> secret(String key, String defaultText, String doc) {
    return secret(key, defaultText, "a text", doc, text -> text);
  }

  /** Creates a setting whose text is never shown. */
  public static <T> Setting<T> secret(
      String key, String defaultText, String expected, String doc, Function<String, T> parser) {
    return new Setting<>(key, defaultText, expected, doc, true, parser);
  }

  /**
   * Returns the value in {@code texts}, or the default.
   *
   * @throws IllegalArgumentException if the text is invalid; the message is for the user: key,
   *     value, remedy, and never a secret
   */
  public T in(Map<String, String> texts) {
    String text = texts.getOrDefault(key, defaultText).strip();
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      String shown = secret ? "the value" : "\"" + Parse.shown(text) + "\"";
      throw new IllegalArgumentException(
          key + ": " + shown + " cannot be used: needs " + expected + Parse.ipv6Hint(text), e);
    }
  }
}

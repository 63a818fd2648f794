package com.voltageems.hissrv.query.catalogue;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A name for people, in one or more languages.
 *
 * @param texts by language; the empty language holds for all that have no text of their own
 */
public record Label(Map<String, String> texts) {
  /** Languages that a name may be given in. */
  public static final List<String> LANGUAGES = List.of("en", "zh");

  static final Label NONE = new Label(Map.of());

  public Label {
    texts = Map.copyOf(texts);
  }

  Label with(String language, String text) {
    Map<String, String> more = new TreeMap<>(texts);
    more.put(language, text);
    return new Label(more);
  }

  public boolean isEmpty() {
    return texts.isEmpty();
  }

  /** The text in the language, else in any; empty where there is none. */
  public String in(String language) {
    String text = texts.get(language);
    if (text == null) {
      text = texts.get("");
    }
    return text != null ? text : texts.values().stream().sorted().findFirst().orElse("");
  }
}

package com.voltageems.hissrv.query.catalogue;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A name for people, in one or more languages.
 *
 * @param texts by language; the empty language serves all languages without a text of their own
 */
public record Label(Map<String, String> texts) {
  /** Languages in which a name may be given. */
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

  /** Returns the text in the language, else in any language; empty if there is none. */
  public String in(String language) {
    String text = texts.get(language);
    if (text == null) {
      text = texts.get("");
    }
    return text != null ? text : texts.values().stream().sorted().findFirst().orElse("");
  }
}

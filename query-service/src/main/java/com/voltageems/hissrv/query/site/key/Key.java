package com.voltageems.hissrv.query.site.key;

import org.jspecify.annotations.Nullable;

/**
 * One key of the file.
 *
 * @param defaultText the value if the key is absent, as a user would write it; null if there is no
 *     default
 * @param required whether the key must be present in its section
 * @param doc what the key does, for the table and for editors
 */
public record Key(
    String name, Shape shape, @Nullable String defaultText, boolean required, String doc) {

  static Key of(String name, Shape shape, String doc) {
    return new Key(name, shape, null, false, doc);
  }

  static Key of(String name, Shape shape, String defaultText, String doc) {
    return new Key(name, shape, defaultText, false, doc);
  }

  static Key needed(String name, Shape shape, String doc) {
    return new Key(name, shape, null, true, doc);
  }
}

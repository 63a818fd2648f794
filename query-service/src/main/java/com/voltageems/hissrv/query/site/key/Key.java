package com.voltageems.hissrv.query.site.key;

import org.jspecify.annotations.Nullable;

/**
 * One key of the file.
 *
 * @param defaultText what counts where the key is absent, as one would write it; null for nothing
 * @param required whether its section cannot do without
 * @param doc what it does: for the table and for editors
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

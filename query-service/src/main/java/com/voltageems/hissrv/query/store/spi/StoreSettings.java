package com.voltageems.hissrv.query.store.spi;

import com.voltageems.hissrv.query.setting.Setting;
import java.util.List;
import java.util.Map;

/**
 * The values that a site has configured for a back end.
 *
 * @param declared the settings that the back end may have
 * @param texts the configured values as text, by setting name; already checked
 * @param concurrency largest number of concurrent calls, not counting the health check
 * @param ofSite true if the values come from a hissrv.yml, so that messages must name that file's
 *     keys
 */
public record StoreSettings(
    List<Setting<?>> declared, Map<String, String> texts, int concurrency, boolean ofSite) {
  public StoreSettings {
    declared = List.copyOf(declared);
    texts = Map.copyOf(texts);
  }

  /** Creates the settings of a plain settings file. */
  public StoreSettings(List<Setting<?>> declared, Map<String, String> texts, int concurrency) {
    this(declared, texts, concurrency, false);
  }

  /** Returns the configured value, or the default. */
  public <T> T get(Setting<T> setting) {
    if (!declared.contains(setting)) {
      throw new IllegalArgumentException(setting.key() + " was not declared");
    }
    return setting.in(texts);
  }

  @Override
  public String toString() {
    return "StoreSettings[concurrency=" + concurrency + "]";
  }
}

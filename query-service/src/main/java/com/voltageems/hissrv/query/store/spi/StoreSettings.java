package com.voltageems.hissrv.query.store.spi;

import com.voltageems.hissrv.query.setting.Setting;
import java.util.List;
import java.util.Map;

/**
 * The settings of a back end as the site has them.
 *
 * @param declared those that it may have
 * @param texts as they stand in the file, by name; checked before
 * @param concurrency most calls at once, the health check beside them
 * @param ofSite whether they come from a hissrv.yml, whose own keys are to be named then
 */
public record StoreSettings(
    List<Setting<?>> declared, Map<String, String> texts, int concurrency, boolean ofSite) {
  public StoreSettings {
    declared = List.copyOf(declared);
    texts = Map.copyOf(texts);
  }

  /** Of a file of settings. */
  public StoreSettings(List<Setting<?>> declared, Map<String, String> texts, int concurrency) {
    this(declared, texts, concurrency, false);
  }

  /** Its value, or its default. */
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

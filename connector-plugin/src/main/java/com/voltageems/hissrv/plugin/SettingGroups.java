package com.voltageems.hissrv.plugin;

import org.apache.kafka.common.config.ConfigDef;

/**
 * Builds a {@link ConfigDef} of settings, in the order in which forms and tables show them. Not
 * thread-safe.
 *
 * <pre>{@code
 * ConfigDef def = new SettingGroups().add("Database", URL, TOKEN).add("Writing", LINGER).def();
 * }</pre>
 */
public final class SettingGroups {
  private final ConfigDef def = new ConfigDef();

  /**
   * Adds a group of settings.
   *
   * @throws org.apache.kafka.common.config.ConfigException if a setting was added before
   */
  public SettingGroups add(String group, Setting<?>... settings) {
    int order = 0;
    for (Setting<?> setting : settings) {
      setting.define(def, group, ++order);
    }
    return this;
  }

  public ConfigDef def() {
    return def;
  }
}

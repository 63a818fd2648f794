package com.voltageems.hissrv.plugin;

import org.apache.kafka.common.config.ConfigDef;

/**
 * Settings in the order in which forms and tables show them. Not for several threads at once.
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
   * @throws org.apache.kafka.common.config.ConfigException when a setting is there already
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

package com.voltageems.hissrv.query.site.compile;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** A connector as the file asks for it. */
public record ConnectorSpec(String role, String name, Map<String, Entry> settings) {
  /**
   * The setting that says which site a connector belongs to. Connect does not pass it to anything
   * else.
   */
  public static final String MARK = "managed.by";

  public ConnectorSpec {
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
  }

  /** Returns the value of {@link #MARK} for a site. */
  public static String mark(String site) {
    return "hissrv.yml:" + site;
  }

  /** Returns the settings in the form that Connect's REST API takes. */
  public Map<String, String> config() {
    Map<String, String> config = new TreeMap<>();
    settings.forEach((name, entry) -> config.put(name, entry.value()));
    return config;
  }

  public String pluginClass() {
    return config().getOrDefault("connector.class", "");
  }
}

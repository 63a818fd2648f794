package com.voltageems.hissrv.query.site.compile;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A connector as the file wants it.
 *
 * @param role {@code source} or {@code sink}
 */
public record ConnectorSpec(String role, String name, Map<String, Entry> settings) {
  /** The setting that tells which site a connector belongs to. Connect hands it to nobody. */
  public static final String MARK = "managed.by";

  public ConnectorSpec {
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
  }

  /** What the mark of a site says. */
  public static String mark(String site) {
    return "hissrv.yml:" + site;
  }

  /** As Connect's REST API takes it. */
  public Map<String, String> config() {
    Map<String, String> config = new TreeMap<>();
    settings.forEach((name, entry) -> config.put(name, entry.value()));
    return config;
  }

  public String pluginClass() {
    return config().getOrDefault("connector.class", "");
  }
}

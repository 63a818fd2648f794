package com.voltageems.hissrv.query.config;

import com.voltageems.hissrv.query.catalogue.CatalogueSettings;
import com.voltageems.hissrv.query.setting.Nearest;
import com.voltageems.hissrv.query.setting.Setting;
import com.voltageems.hissrv.query.store.spi.StoreProviders;
import com.voltageems.hissrv.query.tls.ConnectTls;
import java.util.ArrayList;
import java.util.List;

/** The list of all settings: those of the service and those of every back end. */
final class AllSettings {
  static final String KAFKA_PROPERTIES = "kafka.properties.";

  private AllSettings() {}

  /**
   * Returns the settings of the service; those of the back ends follow after {@code store.type}.
   */
  private static List<Setting<?>> all() {
    List<Setting<?>> all = new ArrayList<>();
    for (Setting<?> setting : Declared.ALL) {
      all.add(setting);
      if (setting.equals(Declared.STORE_TYPE)) {
        StoreProviders.all().forEach(provider -> all.addAll(provider.settings()));
      }
      if (setting.equals(Declared.BEFORE_CONNECT_TLS)) {
        all.addAll(ConnectTls.settings());
      }
    }
    return all;
  }

  static List<String> keys() {
    return all().stream().<String>map(Setting::key).toList();
  }

  /**
   * Refuses an unknown name.
   *
   * @throws ConfigException with the name that was most likely meant
   */
  static void known(String key) throws ConfigException {
    List<String> keys = keys();
    if (key.startsWith(KAFKA_PROPERTIES)
        || key.startsWith(CatalogueSettings.PREFIX)
        || keys.contains(key)) {
      return;
    }
    throw new ConfigException(
        key
            + ": unknown setting; "
            + Nearest.to(key, keys)
                .map(near -> "did you mean " + near + "?")
                .orElse("--settings lists them"));
  }

  /** Returns the settings as a Markdown table. */
  static String table() {
    StringBuilder text =
        new StringBuilder("| setting | default | needs | what it does |\n|---|---|---|---|\n");
    for (Setting<?> setting : all()) {
      String shown =
          setting.defaultText().isEmpty() ? "(empty)" : "`" + setting.defaultText() + "`";
      text.append(
          String.format(
              "| `%s` | %s | %s | %s |\n",
              setting.key(), shown, setting.expected(), setting.doc()));
    }
    text.append(
        String.format(
            "| `%s*` | (none) | any property of a Kafka client | Handed to the Kafka clients, for"
                + " example `%ssecurity.protocol`. |\n",
            KAFKA_PROPERTIES, KAFKA_PROPERTIES));
    text.append(
        String.format(
            "| `%s*` | (none) | see Names and units | Names and units of devices and points, and"
                + " the site's time zone. |\n",
            CatalogueSettings.PREFIX));
    return text.toString();
  }
}

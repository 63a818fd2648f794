package com.voltageems.hissrv.query.site.key;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * All keys of hissrv.yml, declared in one place: the check, docs/hissrv.schema.json and the table
 * of docs/hissrv-yml.md are derived from them.
 */
public final class Keys {
  /** The whole file. */
  public static final Shape.Section SITE =
      new Shape.Section(
          List.of(
              Key.of("service", DataKeys.SERVICE, "The site."),
              Key.of(
                  "site",
                  new Shape.Names(Scalar.text("a text"), true, Set.of("device_tags")),
                  "Names and units of devices and points, and the site's time zone, as"
                      + " query-service/README.md has them."),
              Key.of("redis", DataKeys.REDIS, "Where the data stands, and what of it is read."),
              Key.of("influxdb", StoreKeys.INFLUXDB, "The database that keeps the history."),
              Key.of(
                  "questdb", StoreKeys.QUESTDB, "QuestDB as the database, in place of `influxdb`."),
              Key.of("mappings", DataKeys.MAPPINGS, "What keys of Redis become."),
              Key.of("filters", DataKeys.FILTERS, "What is let through."),
              Key.of("aggregation", DataKeys.AGGREGATION, "Windows, made inside Redis."),
              Key.of(
                  "aggregations",
                  DataKeys.AGGREGATIONS,
                  "Windows by what one wants of them; the same windows as under `aggregation`."),
              Key.of("buffer", StoreKeys.BUFFER, "How much waits for the database."),
              Key.of("writer", StoreKeys.WRITER, "How the database is written to."),
              Key.of("performance", StoreKeys.PERFORMANCE, "Other names for the same."),
              Key.of("retention", StoreKeys.RETENTION, "How long the history is kept."),
              Key.of("downsampling", StoreKeys.DOWNSAMPLING, "Coarser copies of the history."),
              Key.of("alerts", ServiceKeys.ALERTS, "Alerts, and who receives them."),
              Key.of("api", ServiceKeys.API, "Where the service listens."),
              Key.of("query", ServiceKeys.QUERY, "What one query may cost."),
              Key.of("health", ServiceKeys.HEALTH, "How the parts are looked at."),
              Key.of("kafka", ServiceKeys.KAFKA, "Kafka between the two connectors."),
              Key.of("connect", ServiceKeys.CONNECT, "Kafka Connect, which runs the connectors."),
              Key.of("logging", ServiceKeys.LOGGING, "What is logged."),
              Key.of("advanced", ServiceKeys.ADVANCED, "Any other setting, by its own name.")));

  /** One mapping, in the form that {@code PUT /mappings/{name}} takes. */
  public static final Shape.Section MAPPING = DataKeys.MAPPING;

  private Keys() {}

  /**
   * Returns the full path of the key with this name if there is exactly one: for users who wrote
   * the right key in the wrong section.
   */
  static Optional<String> elsewhere(String name) {
    List<String> found = new ArrayList<>();
    collect("", SITE, name, found);
    return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
  }

  private static void collect(String path, Shape shape, String name, List<String> found) {
    if (shape instanceof Shape.Many many) {
      collect(path + "[]", many.of(), name, found);
    } else if (shape instanceof Shape.Section section) {
      for (Key key : section.keys()) {
        String full = View.join(path, key.name());
        if (key.name().equals(name)) {
          found.add(full);
        }
        collect(full, key.shape(), name, found);
      }
    }
  }
}

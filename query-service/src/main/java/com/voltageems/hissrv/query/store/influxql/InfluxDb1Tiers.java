package com.voltageems.hissrv.query.store.influxql;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.tier.Place;
import com.voltageems.hissrv.query.store.tier.Tier;
import com.voltageems.hissrv.query.store.tier.Wish;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tiers in InfluxDB 1.x: the retention policies of one database. */
final class InfluxDb1Tiers extends InfluxTiers {
  private static final String PLACE =
      "InfluxDB has no such database or retention policy: see influxdb.database and influxdb.retention_policy";
  private static final String RIGHTS = "influxdb.username";

  private final InfluxLink link;
  private final String database;
  private final List<String> raw;
  private final @Nullable String authorization;
  private final InfluxHttp http;
  private final InfluxQlClient client;

  /**
   * @param raw the retention policies of the samples; empty for the database's default one
   */
  InfluxDb1Tiers(
      InfluxLink link, String database, List<String> raw, @Nullable String authorization) {
    this.link = link;
    this.database = database;
    this.raw = List.copyOf(raw);
    this.authorization = authorization;
    this.http = new InfluxHttp(link, authorization, RIGHTS);
    this.client = new InfluxQlClient(link, database, authorization, RIGHTS, PLACE);
  }

  @Override
  public Optional<String> refusal(Wish wish, Deadline deadline) {
    if (wish.tier().isRaw() && !wish.measurements().isEmpty()) {
      return Optional.of(
          "measurements: a retention policy of InfluxDB keeps all its measurements alike; leave it"
              + " out");
    }
    if (!wish.tier().isRaw() && rawNames(policies(deadline)).contains(wish.tier().policy())) {
      return Optional.of(
          "name: the samples themselves are in the retention policy "
              + wish.tier().policy()
              + "; a coarser copy needs another one");
    }
    if (wish.copies() > 1 && isOpenSource(deadline)) {
      return Optional.of("replication: open-source InfluxDB keeps one copy; write 1");
    }
    return Optional.empty();
  }

  private boolean isOpenSource(Deadline deadline) {
    String build = http.send("GET", "/ping", "", deadline).header("X-Influxdb-Build");
    return build.isEmpty() || build.toUpperCase(Locale.ROOT).equals("OSS");
  }

  /** A retention policy as the database reports it. */
  private record Found(Place place, boolean isDefault) {}

  private Map<String, Found> policies(Deadline deadline) {
    Map<String, Found> found = new LinkedHashMap<>();
    statement(
        "SHOW RETENTION POLICIES ON " + InfluxQlBuilder.name(database),
        deadline,
        (head, values) -> {
          // By name: 1.12 has two more columns before the last one.
          String name = String.valueOf(value(head, values, "name"));
          Duration keep = length(value(head, values, "duration"));
          Place place =
              new Place(
                  name,
                  true,
                  keep.isZero() ? null : keep,
                  length(value(head, values, "shardGroupDuration")),
                  value(head, values, "replicaN") instanceof Number copies ? copies.intValue() : 1,
                  null);
          found.put(name, new Found(place, Boolean.TRUE.equals(value(head, values, "default"))));
          return true;
        });
    return found;
  }

  private static @Nullable Object value(
      AnswerReader.Head head, @Nullable Object[] values, String column) {
    int index = head.columns().indexOf(column);
    if (index < 0) {
      throw new StoreException(
          StoreException.Kind.FAILED,
          "InfluxDB told about its retention policies without the column " + column,
          new IOException("the columns are " + head.columns()));
    }
    return values[index];
  }

  /** Parses a duration such as {@code 168h0m0s}. */
  private static Duration length(@Nullable Object text) {
    return Duration.parse("PT" + String.valueOf(text).toUpperCase(Locale.ROOT));
  }

  private List<String> rawNames(Map<String, Found> policies) {
    if (!raw.isEmpty()) {
      return raw;
    }
    return policies.entrySet().stream()
        .filter(entry -> entry.getValue().isDefault())
        .map(Map.Entry::getKey)
        .toList();
  }

  @Override
  public List<Place> places(Wish wish, Deadline deadline) {
    Map<String, Found> policies = policies(deadline);
    Map<String, Long> sizes = sizes(deadline);
    List<String> names = wish.tier().isRaw() ? rawNames(policies) : List.of(wish.tier().policy());
    List<Place> places = new ArrayList<>();
    for (String name : names) {
      Found found = policies.get(name);
      Place place = found == null ? Place.missing(name) : found.place();
      places.add(
          new Place(
              name, place.exists(), place.keep(), place.shard(), place.copies(), sizes.get(name)));
    }
    return places;
  }

  /** Returns the bytes on disk by retention policy; empty if the user lacks the right to ask. */
  private Map<String, Long> sizes(Deadline deadline) {
    Map<String, Long> sizes = new HashMap<>();
    try {
      client.run(
          new InfluxQl("SHOW STATS FOR 'shard'", List.of(), List.of()),
          deadline,
          new AnswerReader.Rows() {
            private int column = -1;

            @Override
            public void head(AnswerReader.Head head) {
              column = head.columns().indexOf("diskBytes");
            }

            @Override
            public boolean row(AnswerReader.Head head, @Nullable Object[] values) {
              if (head.tag("database").equals(database)
                  && column >= 0
                  && values[column] instanceof Number bytes) {
                sizes.merge(head.tag("retentionPolicy"), bytes.longValue(), Long::sum);
              }
              return true;
            }
          });
    } catch (StoreException e) {
      if (e.kind() != StoreException.Kind.FAILED && e.kind() != StoreException.Kind.LOGIN) {
        throw e;
      }
      // This needs an administrator if authentication is on; a size is not worth a failure.
      return Map.of();
    }
    return sizes;
  }

  @Override
  public void keep(Wish wish, Place place, Deadline deadline) {
    Duration keep = wish.keep();
    Duration shard = shard(wish, place);
    String text =
        (place.exists() ? "ALTER" : "CREATE")
            + " RETENTION POLICY "
            + InfluxQlBuilder.name(place.name())
            + " ON "
            + InfluxQlBuilder.name(database)
            + " DURATION "
            + (keep == null ? "INF" : keep.toSeconds() + "s")
            + (place.exists() && wish.copies() == 0
                ? ""
                : " REPLICATION " + Math.max(1, wish.copies()))
            + (shard == null ? "" : " SHARD DURATION " + shard.toSeconds() + "s");
    statement(text, deadline, (head, values) -> true);
  }

  private void statement(String text, Deadline deadline, AnswerReader.Rows rows) {
    try {
      client.run(new InfluxQl(text, List.of(), List.of()), deadline, rows);
    } catch (StoreException e) {
      String words = String.valueOf(e.getCause() == null ? "" : e.getCause().getMessage());
      if (e.kind() == StoreException.Kind.LOGIN && words.contains("authorizing")) {
        throw new StoreException(
            e.kind(),
            "InfluxDB refused \"" + text + "\" (" + RIGHTS + " lacks the right)",
            e.getCause() == null ? e : e.getCause());
      }
      if (e.kind() == StoreException.Kind.FAILED && words.startsWith("not implemented")) {
        throw new StoreException(
            e.kind(),
            "InfluxDB 2.x has buckets instead of retention policies: set influxdb.version to 2",
            e.getCause() == null ? e : e.getCause());
      }
      throw e;
    }
  }

  @Override
  public void cancel(Thread caller) {
    link.cancel(caller);
  }

  @Override
  HistoryStore open(Tier tier) {
    return new InfluxQlStore(
        new InfluxQlClient(link, database, authorization, RIGHTS, PLACE),
        tier.isRaw() ? raw : List.of(tier.policy()),
        "1.x");
  }

  @Override
  void write(Tier tier, String lines, Deadline deadline) {
    String unused =
        http.done(
            "POST",
            "/write?precision=ms&db="
                + InfluxHttp.encode(database)
                + "&rp="
                + InfluxHttp.encode(tier.policy()),
            lines,
            "write into the retention policy " + tier.policy(),
            deadline);
  }
}

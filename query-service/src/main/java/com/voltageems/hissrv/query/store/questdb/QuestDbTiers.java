package com.voltageems.hissrv.query.store.questdb;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.tier.Place;
import com.voltageems.hissrv.query.store.tier.Tier;
import com.voltageems.hissrv.query.store.tier.TierRows;
import com.voltageems.hissrv.query.store.tier.Tiers;
import com.voltageems.hissrv.query.store.tier.Wish;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tiers in QuestDB. The samples are the tables that the sink writes. The copy of the measurement
 * {@code m} that belongs to the policy {@code hourly} is the table {@code hissrv.hourly.m}. The TTL
 * of a table sets how long it keeps its data.
 */
final class QuestDbTiers implements Tiers {
  private final Connections connections;
  private final HistoryStore samples;
  private final HistoryStore copies;
  private final CopyWriter writer;

  QuestDbTiers(String url, String user, String password) {
    // Two connections: a copy is never read and written at once, but a /storage request can come.
    this.connections = new Connections(url, user, password, 2);
    this.samples = new QuestDbStore(connections, new Tables(false));
    this.copies = new QuestDbStore(connections, new Tables(true));
    this.writer = new CopyWriter(connections);
  }

  @Override
  public Optional<String> refusal(Wish wish, Deadline deadline) {
    Duration shard = wish.shard();
    if (wish.copies() > 1) {
      return Optional.of("replication: open-source QuestDB keeps one copy; write 1");
    }
    if (shard != null && wish.tier().isRaw()) {
      return Optional.of(
          "shard_duration: the partitions of a table cannot be changed, and the sink makes its"
              + " tables by day; leave it out");
    }
    if (shard != null && TableTtl.Partition.of(shard).isEmpty()) {
      return Optional.of("shard_duration: QuestDB has partitions of 1h, 1d, 7d, 30d or 365d");
    }
    return Optional.empty();
  }

  @Override
  public List<Place> places(Wish wish, Deadline deadline) {
    List<Place> places = new ArrayList<>();
    measurements(wish.tier(), deadline)
        .forEach(
            (name, measurement) -> {
              if (wish.measurements().isEmpty()
                  || wish.measurements().contains(name)
                  || !wish.tier().isRaw()) {
                places.add(place(measurement.name(), deadline));
              }
            });
    return places;
  }

  private Place place(String table, Deadline deadline) {
    return connections.call(
        deadline,
        connection -> {
          TableTtl kept = ttl(connection, table, deadline);
          TableTtl.Partition partition = kept.partition();
          // This function takes no parameters; the name comes from the database itself.
          String size =
              one(
                  connection,
                  "SELECT sum(diskSize) FROM table_partitions(" + SqlBuilder.literal(table) + ")",
                  deadline);
          return new Place(
              table,
              true,
              kept.ttl(),
              partition == null ? null : partition.length(),
              1,
              size == null ? null : Long.valueOf(size));
        });
  }

  private static TableTtl ttl(Connection connection, String table, Deadline deadline)
      throws SQLException {
    return TableTtl.of(
        String.valueOf(one(connection, "SHOW CREATE TABLE " + SqlBuilder.name(table), deadline)));
  }

  private static @Nullable String one(Connection connection, String sql, Deadline deadline)
      throws SQLException {
    try (PreparedStatement statement =
            Connections.prepare(connection, new Sql(sql, List.of()), deadline);
        ResultSet rows = statement.executeQuery()) {
      return rows.next() ? rows.getString(1) : null;
    }
  }

  /** A table remains, with its columns. */
  @Override
  public boolean forgetsExpired() {
    return false;
  }

  @Override
  public Duration reachable(Duration keep, Place place) {
    Duration shard = place.shard();
    return TableTtl.Partition.of(shard == null ? Duration.ofDays(1) : shard)
        .map(partition -> partition.least(partition.count(keep)))
        .orElse(keep);
  }

  @Override
  public boolean holds(Place place, Measurement measurement) {
    return place.name().equals(measurement.name());
  }

  @Override
  public Optional<String> only(Tier tier, Place place) {
    String prefix = tier.isRaw() ? "" : CopyTable.prefix(tier);
    return Optional.of(place.name().substring(prefix.length()));
  }

  /** Counts rows with any content, because a table can have rows that the store does not show. */
  @Override
  public boolean hasOlder(Tier tier, Measurement one, Instant than, Deadline deadline) {
    String table = one.name();
    return connections.call(
        deadline,
        connection -> {
          String time =
              one(
                  connection,
                  "SELECT \"column\" FROM table_columns("
                      + SqlBuilder.literal(table)
                      + ") WHERE designated",
                  deadline);
          if (time == null) {
            return true;
          }
          // A timestamp as text also works for times in nanoseconds.
          String count =
              one(
                  connection,
                  "SELECT count() FROM "
                      + SqlBuilder.name(table)
                      + " WHERE "
                      + SqlBuilder.name(time)
                      + " < "
                      + SqlBuilder.literal(than.toString()),
                  deadline);
          return !"0".equals(count);
        });
  }

  @Override
  public void keep(Wish wish, Place place, Deadline deadline) {
    Duration keep = wish.keep();
    Duration shard = place.shard();
    Optional<TableTtl.Partition> partition =
        shard == null ? Optional.empty() : TableTtl.Partition.of(shard);
    if (partition.isEmpty()) {
      throw new StoreException(
          StoreException.Kind.FAILED,
          "QuestDB cannot limit the table "
              + place.name()
              + ": it has no partitions; only a new table can have them",
          new SQLException("PARTITION BY NONE"));
    }
    Duration wanted = wish.shard();
    if (wanted != null && !wanted.equals(shard)) {
      throw new StoreException(
          StoreException.Kind.FAILED,
          "QuestDB cannot change the partitions of the table " + place.name(),
          new SQLException("shard_duration"));
    }
    String ttl = keep == null ? "0 HOUR" : TableTtl.text(partition.get(), keep);
    writer.alter(place.name(), "SET TTL " + ttl, deadline);
  }

  @Override
  public Map<String, Measurement> measurements(Tier tier, Deadline deadline) {
    String prefix = tier.isRaw() ? "" : CopyTable.prefix(tier);
    Map<String, Measurement> found = new LinkedHashMap<>();
    for (Measurement one : store(tier).measurements(deadline)) {
      if (one.name().startsWith(prefix)) {
        found.put(one.name().substring(prefix.length()), one);
      }
    }
    return found;
  }

  @Override
  public @Nullable Measurement measurement(Tier tier, String name, Deadline deadline) {
    String table = tier.isRaw() ? name : CopyTable.name(tier, name);
    return store(tier).measurement(table, deadline).orElse(null);
  }

  @Override
  public HistoryStore store(Tier tier) {
    return tier.isRaw() ? samples : copies;
  }

  @Override
  public void write(Wish wish, TierRows rows, Deadline deadline) {
    writer.write(wish, rows, deadline);
  }

  @Override
  public void close() {
    connections.close();
  }
}

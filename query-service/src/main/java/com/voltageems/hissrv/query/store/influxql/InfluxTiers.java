package com.voltageems.hissrv.query.store.influxql;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.tier.Place;
import com.voltageems.hissrv.query.store.tier.Tier;
import com.voltageems.hissrv.query.store.tier.TierRow;
import com.voltageems.hissrv.query.store.tier.TierRows;
import com.voltageems.hissrv.query.store.tier.Tiers;
import com.voltageems.hissrv.query.store.tier.Wish;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The common part of both versions of InfluxDB: measurements have the same names in a copy as among
 * the samples, and InfluxDB replaces a point that is written again.
 */
abstract class InfluxTiers implements Tiers {
  private static final int LINES = 5000;

  private final Map<Tier, HistoryStore> stores = new ConcurrentHashMap<>();

  /**
   * Returns the shard length to set: the one in the wish, or null to leave the shards unchanged. If
   * the wish has none and the present shards are longer than the retention, which InfluxDB refuses,
   * returns the length that InfluxDB itself would choose.
   */
  static @Nullable Duration shard(Wish wish, Place place) {
    Duration keep = wish.keep();
    Duration now = place.shard();
    if (wish.shard() != null || keep == null || now == null || keep.compareTo(now) >= 0) {
      return wish.shard();
    }
    return keep.compareTo(Duration.ofDays(2)) < 0 ? Duration.ofHours(1) : Duration.ofDays(1);
  }

  /** Opens the store that reads a tier. */
  abstract HistoryStore open(Tier tier);

  /** Writes lines, with times in milliseconds. */
  abstract void write(Tier tier, String lines, Deadline deadline);

  @Override
  public HistoryStore store(Tier tier) {
    return stores.computeIfAbsent(tier, this::open);
  }

  @Override
  public Map<String, Measurement> measurements(Tier tier, Deadline deadline) {
    Map<String, Measurement> found = new LinkedHashMap<>();
    try {
      store(tier).measurements(deadline).forEach(one -> found.put(one.name(), one));
    } catch (StoreException e) {
      ifMissing(tier, e);
    }
    return found;
  }

  /**
   * Ignores the failure if a copy does not exist yet, since it is empty then; rethrows any other
   * failure.
   */
  private static void ifMissing(Tier tier, StoreException failure) {
    if (tier.isRaw() || failure.kind() != StoreException.Kind.MISSING) {
      throw failure;
    }
  }

  @Override
  public @Nullable Measurement measurement(Tier tier, String name, Deadline deadline) {
    try {
      return store(tier).measurement(name, deadline).orElse(null);
    } catch (StoreException e) {
      ifMissing(tier, e);
      return null;
    }
  }

  @Override
  public void write(Wish wish, TierRows rows, Deadline deadline) {
    List<TierRow> all = rows.rows();
    for (int i = 0; i < all.size(); i += LINES) {
      String lines = LineText.of(rows, all.subList(i, Math.min(all.size(), i + LINES)));
      if (!lines.isEmpty()) {
        write(wish.tier(), lines, deadline);
      }
    }
  }

  @Override
  public void close() {
    stores.values().forEach(HistoryStore::close);
  }
}

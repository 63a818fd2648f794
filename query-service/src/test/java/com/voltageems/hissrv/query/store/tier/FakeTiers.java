package com.voltageems.hissrv.query.store.tier;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.FakeStore;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.Measurement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A database with nothing in it, for tests of what is around it. */
public class FakeTiers implements Tiers {
  @Override
  public Optional<String> refusal(Wish wish, Deadline deadline) {
    return Optional.empty();
  }

  @Override
  public List<Place> places(Wish wish, Deadline deadline) {
    return List.of();
  }

  @Override
  public void keep(Wish wish, Place place, Deadline deadline) {}

  @Override
  public Map<String, Measurement> measurements(Tier tier, Deadline deadline) {
    return Map.of();
  }

  @Override
  public @Nullable Measurement measurement(Tier tier, String name, Deadline deadline) {
    return null;
  }

  @Override
  public HistoryStore store(Tier tier) {
    return new FakeStore(() -> new HistoryAnswer(List.of(), false));
  }

  @Override
  public void write(Wish wish, TierRows rows, Deadline deadline) {}

  @Override
  public void close() {}
}

package com.voltageems.hissrv.query.sample;

import com.voltageems.hissrv.query.setting.Parse;
import com.voltageems.hissrv.query.setting.Setting;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.spi.StoreProvider;
import com.voltageems.hissrv.query.store.spi.StoreSettings;
import java.util.List;

/** {@code store.type: memory}. */
public final class MemoryProvider implements StoreProvider {
  private static final Setting<Integer> MOST =
      Setting.of(
          "store.memory.points",
          "1000000",
          "a number from 1 to 10000000",
          "Most points to keep.",
          Parse.number(1, 10_000_000));

  @Override
  public String type() {
    return "memory";
  }

  @Override
  public List<Setting<?>> settings() {
    return List.of(MOST);
  }

  @Override
  public HistoryStore open(StoreSettings settings) {
    return new MemoryStore(settings.get(MOST));
  }
}

package com.voltageems.hissrv.query.store.questdb;

import com.voltageems.hissrv.query.setting.Parse;
import com.voltageems.hissrv.query.setting.Setting;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.spi.StoreProvider;
import com.voltageems.hissrv.query.store.spi.StoreSettings;
import java.util.List;

/** {@code store.type: questdb}. */
public final class QuestDbProvider implements StoreProvider {
  private static final Setting<String> URL =
      Setting.of(
          "store.questdb.url",
          "jdbc:postgresql://127.0.0.1:8812/qdb",
          "a JDBC address such as jdbc:postgresql://127.0.0.1:8812/qdb",
          "QuestDB's PostgreSQL wire endpoint.",
          Parse::postgresUrl);
  private static final Setting<String> USER =
      Setting.of("store.questdb.user", "admin", "a user name", "User in QuestDB.", Parse::text);
  private static final Setting<String> PASSWORD =
      Setting.secret("store.questdb.password", "quest", "That user's password.");

  @Override
  public String type() {
    return "questdb";
  }

  @Override
  public List<Setting<?>> settings() {
    return List.of(URL, USER, PASSWORD);
  }

  @Override
  public HistoryStore open(StoreSettings settings) {
    // One connection more than queries, so that the health check never waits for a query.
    return new QuestDbStore(
        settings.get(URL), settings.get(USER), settings.get(PASSWORD), settings.concurrency() + 1);
  }
}

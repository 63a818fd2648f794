package com.voltageems.hissrv.query.store.questdb;

import com.voltageems.hissrv.query.setting.Parse;
import com.voltageems.hissrv.query.setting.Setting;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.spi.StoreProvider;
import com.voltageems.hissrv.query.store.spi.StoreSettings;
import com.voltageems.hissrv.query.store.tier.Tiers;
import java.util.List;
import java.util.Optional;
import org.postgresql.Driver;

/** Provider for {@code store.type: questdb}. */
public final class QuestDbProvider implements StoreProvider {
  private static final Setting<String> URL =
      Setting.of(
          "store.questdb.url",
          "jdbc:postgresql://127.0.0.1:8812/qdb",
          "a JDBC address such as jdbc:postgresql://127.0.0.1:8812/qdb",
          "QuestDB's PostgreSQL wire endpoint.",
          QuestDbProvider::url);
  private static final Setting<String> USER =
      Setting.of("store.questdb.user", "admin", "a user name", "User in QuestDB.", Parse::text);
  private static final Setting<String> PASSWORD =
      Setting.secret("store.questdb.password", "quest", "That user's password.");

  private static final Setting<String> RAW_USER =
      Setting.of(
          "store.questdb.raw.user",
          "",
          "a user name, or nothing",
          "User of raw queries, who may only read: QuestDB's `pg.readonly.user`, with"
              + " `pg.readonly.user.enabled=true`.",
          text -> text);
  private static final Setting<String> RAW_PASSWORD =
      Setting.secret("store.questdb.raw.password", "", "That user's password.");

  /**
   * Parses the address with the driver's own parser; otherwise a bad address would stop the service
   * later, without an explanation.
   */
  private static String url(String text) {
    if (!new Driver().acceptsURL(Parse.postgresUrl(text))) {
      throw new IllegalArgumentException("not a JDBC address");
    }
    return text;
  }

  @Override
  public String type() {
    return "questdb";
  }

  @Override
  public List<Setting<?>> settings() {
    return List.of(URL, USER, PASSWORD, RAW_USER, RAW_PASSWORD);
  }

  @Override
  public void checkRaw(StoreSettings settings) {
    String user = settings.get(RAW_USER);
    if (user.isEmpty() || user.equals(settings.get(USER))) {
      throw new IllegalArgumentException(
          RAW_USER.key()
              + ": \""
              + user
              + "\" cannot be used: needs a user who may only read (pg.readonly.user), for"
              + " query.raw.enabled");
    }
  }

  @Override
  public HistoryStore open(StoreSettings settings) {
    // One connection more than queries, so that the health check never waits for a query.
    return new QuestDbStore(
        settings.get(URL),
        settings.get(USER),
        settings.get(PASSWORD),
        settings.concurrency() + 1,
        new QuestDbRaw.Login(settings.get(RAW_USER), settings.get(RAW_PASSWORD)));
  }

  @Override
  public Optional<Tiers> tiers(StoreSettings settings) {
    return Optional.of(
        new QuestDbTiers(settings.get(URL), settings.get(USER), settings.get(PASSWORD)));
  }
}

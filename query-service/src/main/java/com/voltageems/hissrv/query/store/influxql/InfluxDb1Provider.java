package com.voltageems.hissrv.query.store.influxql;

import com.voltageems.hissrv.query.setting.Parse;
import com.voltageems.hissrv.query.setting.Setting;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.spi.StoreProvider;
import com.voltageems.hissrv.query.store.spi.StoreSettings;
import com.voltageems.hissrv.query.store.tier.Tiers;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Provider for {@code store.type: influxdb1}. */
public final class InfluxDb1Provider implements StoreProvider {
  private static final Setting<URI> URL =
      Setting.of(
          "store.influxdb1.url",
          "http://127.0.0.1:8086",
          "an address such as http://127.0.0.1:8086",
          "InfluxDB 1.x's HTTP API.",
          text -> Parse.httpUrl(text).orElseThrow(IllegalArgumentException::new));
  private static final Setting<String> DATABASE =
      Setting.of(
          "store.influxdb1.database",
          "hissrv",
          "a database's name",
          "Database in InfluxDB 1.x.",
          Parse::text);
  private static final Setting<List<String>> POLICIES =
      Setting.of(
          "store.influxdb1.retention.policies",
          "",
          "names of retention policies, separated by commas, or nothing",
          "Retention policies to read from, as the sink writes to them; empty: the database's"
              + " default one.",
          Parse::names);
  private static final Setting<String> USERNAME =
      Setting.of(
          "store.influxdb1.username",
          "",
          "a user name, or nothing",
          "User in InfluxDB 1.x, where it asks for one.",
          text -> text);
  private static final Setting<String> PASSWORD =
      Setting.secret("store.influxdb1.password", "", "That user's password.");

  private static final Setting<String> RAW_USERNAME =
      Setting.of(
          "store.influxdb1.raw.username",
          "",
          "a user name, or nothing",
          "User of raw queries, who may only read (`GRANT READ ON ... TO ...`, with"
              + " `auth-enabled = true`).",
          text -> text);
  private static final Setting<String> RAW_PASSWORD =
      Setting.secret("store.influxdb1.raw.password", "", "That user's password.");

  private static final InfluxTls TLS = new InfluxTls("store.influxdb1.", URL);

  @Override
  public String type() {
    return "influxdb1";
  }

  @Override
  public List<Setting<?>> settings() {
    List<Setting<?>> all =
        new ArrayList<>(
            List.of(URL, DATABASE, POLICIES, USERNAME, PASSWORD, RAW_USERNAME, RAW_PASSWORD));
    all.addAll(TLS.settings());
    return all;
  }

  @Override
  public void check(StoreSettings settings) {
    TLS.check(settings);
  }

  @Override
  public void checkFiles(StoreSettings settings) {
    TLS.checkFiles(settings);
  }

  @Override
  public void checkRaw(StoreSettings settings) {
    if (settings.get(RAW_USERNAME).isEmpty()) {
      throw new IllegalArgumentException(
          RAW_USERNAME.key() + ": empty; needs a user who may only read, for query.raw.enabled");
    }
  }

  @Override
  public HistoryStore open(StoreSettings settings) {
    return InfluxQlStore.version1(
        TLS.link(settings),
        settings.get(DATABASE),
        settings.get(POLICIES),
        settings.get(USERNAME),
        settings.get(PASSWORD),
        settings.get(RAW_USERNAME),
        settings.get(RAW_PASSWORD));
  }

  @Override
  public Optional<Tiers> tiers(StoreSettings settings) {
    return Optional.of(
        new InfluxDb1Tiers(
            TLS.link(settings),
            settings.get(DATABASE),
            settings.get(POLICIES),
            InfluxQlStore.login(settings.get(USERNAME), settings.get(PASSWORD))));
  }
}

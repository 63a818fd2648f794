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

/** Provider for {@code store.type: influxdb2}. */
public final class InfluxDb2Provider implements StoreProvider {
  private static final Setting<URI> URL =
      Setting.of(
          "store.influxdb2.url",
          "http://127.0.0.1:8086",
          "an address such as http://127.0.0.1:8086",
          "InfluxDB 2.x's HTTP API.",
          text -> Parse.httpUrl(text).orElseThrow(IllegalArgumentException::new));
  private static final String TOKENS = "a token of printable ASCII characters";
  private static final Setting<String> BUCKET =
      Setting.of(
          "store.influxdb2.bucket",
          "ems",
          "a bucket's name",
          "Bucket to read from, as the sink writes to it.",
          Parse::text);
  private static final Setting<String> TOKEN =
      Setting.secret(
          "store.influxdb2.token",
          "",
          TOKENS,
          "API token that may read the bucket; it names the organisation.",
          InfluxDb2Provider::token);

  private static final Setting<String> RAW_TOKEN =
      Setting.secret(
          "store.influxdb2.raw.token",
          "",
          TOKENS,
          "API token of raw queries, which may only read.",
          InfluxDb2Provider::token);

  private static final InfluxTls TLS = new InfluxTls("store.influxdb2.", URL);

  /** No HTTP header can carry anything else. */
  private static String token(String text) {
    if (!text.chars().allMatch(c -> c >= ' ' && c < 127)) {
      throw new IllegalArgumentException("not printable ASCII");
    }
    return text;
  }

  @Override
  public String type() {
    return "influxdb2";
  }

  @Override
  public List<Setting<?>> settings() {
    List<Setting<?>> all = new ArrayList<>(List.of(URL, BUCKET, TOKEN, RAW_TOKEN));
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
    if (settings.get(RAW_TOKEN).isEmpty()) {
      throw new IllegalArgumentException(
          RAW_TOKEN.key() + ": empty; needs a token that may only read, for query.raw.enabled");
    }
  }

  @Override
  public HistoryStore open(StoreSettings settings) {
    return InfluxQlStore.version2(
        TLS.link(settings), settings.get(BUCKET), settings.get(TOKEN), settings.get(RAW_TOKEN));
  }

  @Override
  public Optional<Tiers> tiers(StoreSettings settings) {
    return Optional.of(
        new InfluxDb2Tiers(TLS.link(settings), settings.get(BUCKET), settings.get(TOKEN)));
  }
}

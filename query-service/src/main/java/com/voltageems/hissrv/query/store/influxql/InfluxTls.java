package com.voltageems.hissrv.query.store.influxql;

import com.voltageems.hissrv.query.setting.Setting;
import com.voltageems.hissrv.query.store.spi.StoreSettings;
import com.voltageems.hissrv.query.tls.DatabaseTls;
import java.net.URI;
import java.time.Clock;
import java.util.List;

/** TLS to InfluxDB. The scheme of the address decides whether it is used. */
final class InfluxTls {
  /** Prefix of the TLS keys in hissrv.yml. */
  private static final String SITE = "influxdb.tls.";

  private final DatabaseTls tls;
  private final Setting<URI> address;

  /**
   * @param prefix of the back end's settings, including the dot
   */
  InfluxTls(String prefix, Setting<URI> address) {
    this.tls = new DatabaseTls(prefix);
    this.address = address;
  }

  List<Setting<?>> settings() {
    return tls.settings();
  }

  private boolean isSpoken(StoreSettings settings) {
    return settings.get(address).getScheme().equals("https");
  }

  void check(StoreSettings settings) {
    if (!isSpoken(settings)) {
      tls.refuse(settings.texts(), address.key() + " begins with https://");
    }
  }

  void checkFiles(StoreSettings settings) {
    if (isSpoken(settings)) {
      tls.checkFiles(settings.texts());
    }
  }

  InfluxLink link(StoreSettings settings) {
    URI url = settings.get(address);
    DatabaseTls named = settings.ofSite() ? tls.named(SITE, settings.texts()) : tls;
    return isSpoken(settings)
        ? InfluxLink.encrypted(
            url, named.client(settings.texts(), InfluxLink::client, Clock.systemUTC()))
        : InfluxLink.plain(url);
  }
}

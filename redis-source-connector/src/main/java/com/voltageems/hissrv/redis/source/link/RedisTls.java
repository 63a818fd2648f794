package com.voltageems.hissrv.redis.source.link;

import com.voltageems.hissrv.plugin.tls.RenewedTls;
import com.voltageems.hissrv.plugin.tls.Tls;
import com.voltageems.hissrv.plugin.tls.TlsSettings;

/**
 * TLS of the connection to Redis.
 *
 * @param names the settings that it was read from, for messages
 */
public record RedisTls(TlsSettings names, RenewedTls files) {

  /** Returns what a new connection needs, with the files as they are now. */
  public Tls tls() {
    return files.get();
  }
}

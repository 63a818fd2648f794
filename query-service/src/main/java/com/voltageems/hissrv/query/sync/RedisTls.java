package com.voltageems.hissrv.query.sync;

import com.voltageems.hissrv.plugin.tls.Tls;
import com.voltageems.hissrv.plugin.tls.TlsException;
import com.voltageems.hissrv.plugin.tls.TlsFailure;
import com.voltageems.hissrv.plugin.tls.TlsSettings;
import com.voltageems.hissrv.query.tls.TlsReason;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.DefaultJedisClientConfig;

/**
 * TLS to Redis by the source connector's own certificate reader, so that both give the same
 * messages.
 */
final class RedisTls {
  private static final TlsSettings SETTINGS = TlsSettings.ofPaths("redis.tls.");

  private final Optional<Map<String, String>> texts;

  /**
   * @param texts the settings by name; empty for no TLS
   */
  RedisTls(Optional<Map<String, String>> texts) {
    this.texts = texts;
  }

  /**
   * Reads the files again for each call, because certificates are replaced while the service runs.
   *
   * @return null for no TLS
   * @throws SyncException if one of the files cannot be used
   */
  @Nullable Tls open() throws SyncException {
    if (texts.isEmpty()) {
      return null;
    }
    try {
      // An expired certificate is not refused here: the server refuses it, with the usual message.
      return SETTINGS.open(texts.get(), null);
    } catch (TlsException e) {
      throw new SyncException(e.setting() + " " + e.problem(), e);
    }
  }

  /** The client's newer way, SslOptions, reads only keystores; our files may be PEM. */
  @SuppressWarnings("deprecation")
  static void into(DefaultJedisClientConfig.Builder config, @Nullable Tls tls) {
    if (tls == null) {
      return;
    }
    SSLParameters parameters = new SSLParameters();
    if (tls.checksHost()) {
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
    }
    config.ssl(true).sslSocketFactory(tls.context().getSocketFactory()).sslParameters(parameters);
  }

  /** Explains in plain words why a call failed. */
  String reason(Throwable failure, @Nullable Tls tls) {
    Optional<TlsFailure.Found> found =
        tls == null || texts.isEmpty()
            ? Optional.empty()
            : TlsReason.of(failure, SETTINGS, texts.get(), tls);
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return found.map(TlsFailure.Found::reason).orElse(String.valueOf(root.getMessage()));
  }
}

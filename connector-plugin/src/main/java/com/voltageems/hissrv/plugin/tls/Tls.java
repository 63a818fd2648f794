package com.voltageems.hissrv.plugin.tls;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * What a client needs for a TLS connection.
 *
 * @param hasClientCertificate whether the client has a certificate to present
 * @param checksHost whether the server's certificate has to name the server's host
 */
public record Tls(
    SSLContext context, X509TrustManager trust, boolean hasClientCertificate, boolean checksHost) {

  /**
   * Creates the TLS context from the loaded stores.
   *
   * @param trust the certificates to trust; empty for those that the JVM trusts
   * @param client the client's certificate and key; empty for no client certificate
   */
  static Tls of(Optional<KeyStore> trust, Optional<KeyStores.Loaded> client, boolean checksHost) {
    try {
      TrustManagerFactory trusts =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trusts.init(trust.orElse(null));
      SSLContext context = SSLContext.getInstance("TLS");
      TrustManager[] managers =
          checksHost ? trusts.getTrustManagers() : new TrustManager[] {new AnyHost(x509(trusts))};
      context.init(client.isPresent() ? keys(client.get()) : null, managers, null);
      return new Tls(context, x509(trusts), client.isPresent(), checksHost);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  private static KeyManager[] keys(KeyStores.Loaded client) throws GeneralSecurityException {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(client.store(), KeyStores.chars(client.keyPassword()));
    return keys.getKeyManagers();
  }

  private static X509TrustManager x509(TrustManagerFactory trusts) {
    for (TrustManager manager : trusts.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        return x509;
      }
    }
    throw new IllegalStateException("this JVM has no X.509 trust manager");
  }
}

package com.voltageems.hissrv.plugin.tls;

import java.security.KeyStore;
import java.security.KeyStoreException;
import java.util.Collections;
import java.util.Optional;

/** Reads the certificates to trust. */
final class TrustStores {
  private TrustStores() {}

  /**
   * Loads the certificates to trust; empty if none are configured, which means those that the JVM
   * trusts.
   *
   * @throws TlsException if something is wrong with the truststore
   */
  static Optional<KeyStore> load(KeyFile file) {
    if (file.isEmpty()) {
      if (file.password().isPresent()) {
        throw new TlsException(
            file.names().password(), "has no effect without " + file.names().location());
      }
      return Optional.empty();
    }
    Optional<String> pem = file.pem();
    if (pem.isPresent() && !pem.get().contains("-----BEGIN CERTIFICATE-----")) {
      throw file.flaw("holds no certificate: " + file.shown());
    }
    KeyStore store;
    try {
      store = file.load("truststore", pem.isPresent());
    } catch (RuntimeException e) {
      throw file.failure(e);
    }
    if (store != null && hasCertificate(store)) {
      return Optional.of(store);
    }
    if (pem.isEmpty() && file.password().isEmpty()) {
      // A PKCS12 file read without its password may show no certificates, and no error either.
      throw new TlsException(file.names().password(), "is needed to read " + file.shown());
    }
    throw file.flaw("holds no certificate: " + file.shown());
  }

  private static boolean hasCertificate(KeyStore store) {
    try {
      for (String alias : Collections.list(store.aliases())) {
        if (store.getCertificate(alias) != null) {
          return true;
        }
      }
      return false;
    } catch (KeyStoreException e) {
      throw new IllegalStateException(e); // cannot happen: the store is loaded
    }
  }
}

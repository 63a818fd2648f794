package com.voltageems.hissrv.plugin.tls;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

/** Reads the client's certificate and key. */
final class KeyStores {
  private KeyStores() {}

  /** A keystore and the password of its key. */
  record Loaded(KeyStore store, Optional<Password> keyPassword) {}

  /**
   * Loads the client's certificate and key; empty if none is configured.
   *
   * @param now a certificate that is not valid at this time is refused; null skips this check
   * @throws TlsException if something is wrong with the keystore
   */
  static Optional<Loaded> load(KeyFile file, @Nullable Instant now) {
    if (file.isEmpty()) {
      if (file.password().isPresent()) {
        throw new TlsException(
            file.names().password(), "has no effect without " + file.names().location());
      }
      return Optional.empty();
    }
    Optional<String> pem = file.pem();
    pem.ifPresent(text -> checkPem(file, text));
    if (pem.isEmpty() && file.password().isEmpty()) {
      throw new TlsException(file.names().password(), "is needed to read " + file.shown());
    }
    KeyStore store;
    try {
      store = file.load("keystore", pem.isPresent());
    } catch (RuntimeException e) {
      boolean encrypted = pem.isPresent() && file.keyPassword().isPresent();
      throw encrypted
          ? new TlsException(
              file.names().keyPassword(), "is not the password of the key in " + file.shown())
          : file.failure(e);
    }
    if (store == null) {
      throw file.flaw("holds no key: " + file.shown());
    }
    // Without a key password, the key has the file's password. A PEM key is already decrypted here.
    Optional<Password> password = file.keyPassword().or(file::password);
    checkKey(file, store, chars(password), now);
    return Optional.of(new Loaded(store, password));
  }

  static char @Nullable [] chars(Optional<Password> password) {
    return password.isPresent() ? password.get().value().toCharArray() : null;
  }

  private static void checkPem(KeyFile file, String text) {
    String keySetting = file.location().isPresent() ? file.names().location() : file.names().key();
    if (text.contains("BEGIN RSA PRIVATE KEY") || text.contains("BEGIN EC PRIVATE KEY")) {
      throw new TlsException(
          keySetting,
          "holds a private key in the old form, PKCS#1 or SEC 1; convert it by: openssl pkcs8"
              + " -topk8 -nocrypt -in key.pem -out pkcs8.pem");
    }
    if (!text.contains("PRIVATE KEY-----")) {
      throw new TlsException(keySetting, "holds no private key: " + file.shown());
    }
    if (!text.contains("BEGIN CERTIFICATE-----")) {
      throw file.flaw("holds no certificate: " + file.shown());
    }
    boolean encrypted = text.contains("BEGIN ENCRYPTED PRIVATE KEY");
    if (encrypted && file.keyPassword().isEmpty()) {
      throw new TlsException(file.names().keyPassword(), "is needed: the private key is encrypted");
    }
    if (!encrypted && file.keyPassword().isPresent()) {
      throw new TlsException(
          file.names().keyPassword(), "has no effect: the private key is not encrypted");
    }
  }

  private static void checkKey(
      KeyFile file, KeyStore store, char @Nullable [] password, @Nullable Instant now) {
    try {
      for (String alias : Collections.list(store.aliases())) {
        Key key = store.isKeyEntry(alias) ? store.getKey(alias, password) : null;
        if (key != null) {
          checkTime(file, store.getCertificate(alias), now);
          return;
        }
      }
    } catch (UnrecoverableKeyException e) {
      throw new TlsException(
          file.names().keyPassword(), "is not the password of the key in " + file.shown());
    } catch (GeneralSecurityException e) {
      throw file.flaw("holds a key that cannot be read: " + e.getMessage());
    }
    throw file.flaw("holds no private key: " + file.shown());
  }

  private static void checkTime(KeyFile file, Certificate certificate, @Nullable Instant now) {
    if (now != null && certificate instanceof X509Certificate dated) {
      Instant from = dated.getNotBefore().toInstant();
      Instant to = dated.getNotAfter().toInstant();
      if (now.isBefore(from) || now.isAfter(to)) {
        throw file.flaw("holds a client certificate that is valid from " + from + " to " + to);
      }
    }
  }
}

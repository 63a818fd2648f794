package com.voltageems.hissrv.redis.source.config;

import com.voltageems.hissrv.redis.source.link.RedisSettings;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.UnrecoverableKeyException;
import java.util.Collections;
import java.util.Map;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

/** Looks into the keystore files before anything connects with them. */
final class TlsFiles {
  private TlsFiles() {}

  /**
   * @param errors gets what is wrong, by the setting at fault
   */
  static void check(RedisSettings settings, Map<String, String> errors) {
    check(
        settings.truststore(),
        settings.truststorePassword(),
        ConnectionSettings.TRUSTSTORE.name(),
        ConnectionSettings.TRUSTSTORE_PASSWORD.name(),
        false,
        errors);
    check(
        settings.keystore(),
        settings.keystorePassword(),
        ConnectionSettings.KEYSTORE.name(),
        ConnectionSettings.KEYSTORE_PASSWORD.name(),
        true,
        errors);
  }

  private static void check(
      @Nullable String path,
      @Nullable Password password,
      String pathSetting,
      String passwordSetting,
      boolean withKey,
      Map<String, String> errors) {
    if (path == null) {
      return;
    }
    File file = new File(path);
    if (!file.isFile()) {
      errors.put(pathSetting, "the file " + path + " does not exist");
      return;
    }
    if (!file.canRead()) {
      errors.put(pathSetting, "the file " + path + " cannot be read");
      return;
    }
    char[] chars = password == null ? null : password.value().toCharArray();
    try (InputStream in = new FileInputStream(file)) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(in, chars);
      if (holds(store, chars, withKey)) {
        return;
      }
      // Without a password certificates of PKCS12 are passed over, and no key can be read.
      if (chars == null) {
        errors.put(passwordSetting, "is needed to read " + path);
      } else {
        errors.put(
            pathSetting,
            "the file " + path + " does not hold a " + (withKey ? "key" : "certificate"));
      }
    } catch (IOException | GeneralSecurityException e) {
      if (e instanceof UnrecoverableKeyException
          || e.getCause() instanceof UnrecoverableKeyException) {
        errors.put(passwordSetting, "is not the password of " + path);
      } else {
        errors.put(pathSetting, "the file " + path + " is not a keystore (PKCS12 or JKS)");
      }
    }
  }

  private static boolean holds(KeyStore store, char @Nullable [] password, boolean key)
      throws GeneralSecurityException {
    for (String alias : Collections.list(store.aliases())) {
      if (key
          ? password != null && store.isKeyEntry(alias) && store.getKey(alias, password) != null
          : store.getCertificate(alias) != null) {
        return true;
      }
    }
    return false;
  }
}

package com.voltageems.hissrv.plugin.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.plugin.SettingGroups;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import okhttp3.tls.HeldCertificate;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Field case O3: certificates as people have them, and what is wrong with them, on its setting. */
class TlsSettingsTest {
  private static final TlsSettings TLS = TlsSettings.ofKafka("db.");
  private static final ConfigDef DEF = new SettingGroups().add("TLS", TLS.all()).def();
  private static final HeldCertificate CA =
      new HeldCertificate.Builder().certificateAuthority(0).commonName("ca").build();
  private static final HeldCertificate CLIENT =
      new HeldCertificate.Builder().signedBy(CA).commonName("client").build();
  private final Instant now = Instant.now();

  @TempDir private Path dir;

  private static AbstractConfig config(Object... settings) {
    Map<String, Object> props = new HashMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      props.put("db.ssl." + settings[i], settings[i + 1]);
    }
    return new AbstractConfig(DEF, props, false);
  }

  private Map<String, String> problems(Object... settings) {
    return TLS.problems(config(settings), now);
  }

  private String file(String name, String content) {
    try {
      return Files.writeString(dir.resolve(name), content).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String store(String name, String type, String password, boolean withKey)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(type);
    store.load(null, null);
    if (withKey) {
      store.setKeyEntry(
          "client",
          CLIENT.keyPair().getPrivate(),
          password.toCharArray(),
          new Certificate[] {CLIENT.certificate(), CA.certificate()});
    } else {
      store.setCertificateEntry("ca", CA.certificate());
    }
    Path file = dir.resolve(name);
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, password.toCharArray());
    }
    return file.toString();
  }

  private static String encryptedKey(String password) throws GeneralSecurityException, IOException {
    String algorithm = "PBEWithSHA1AndDESede";
    Cipher cipher = Cipher.getInstance(algorithm);
    cipher.init(
        Cipher.ENCRYPT_MODE,
        SecretKeyFactory.getInstance(algorithm)
            .generateSecret(new PBEKeySpec(password.toCharArray())));
    AlgorithmParameters parameters = cipher.getParameters();
    byte[] encrypted = cipher.doFinal(CLIENT.keyPair().getPrivate().getEncoded());
    return "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'})
            .encodeToString(new EncryptedPrivateKeyInfo(parameters, encrypted).getEncoded())
        + "\n-----END ENCRYPTED PRIVATE KEY-----\n";
  }

  @Test
  void nothingSet_isWhatTheJvmTrusts() {
    Tls tls = TLS.open(config(), now);
    assertThat(tls.trust().getAcceptedIssuers()).isNotEmpty();
    assertThat(tls.hasClientCertificate()).isFalse();
    assertThat(tls.checksHost()).isTrue();
    assertThat(TLS.open(config("endpoint.identification.algorithm", ""), now).checksHost())
        .isFalse();
  }

  @Test
  void trustedCertificates_ofEveryForm() throws Exception {
    Object[][] forms = {
      {"truststore.location", file("ca.pem", CA.certificatePem())},
      {"truststore.certificates", CA.certificatePem()},
      {
        "truststore.location",
        store("ca.p12", "PKCS12", "secret", false),
        "truststore.password",
        "secret"
      },
      {
        "truststore.location",
        store("ca.jks", "JKS", "secret", false),
        "truststore.password",
        "secret"
      },
      // Without its password a JKS shows its certificates.
      {"truststore.location", store("open.jks", "JKS", "secret", false)},
    };
    for (Object[] form : forms) {
      assertThat(problems(form)).as("%s", form).isEmpty();
      assertThat(TLS.open(config(form), now).trust().getAcceptedIssuers())
          .as("%s", form)
          .containsExactly(CA.certificate());
    }
  }

  @Test
  void clientCertificates_ofEveryForm() throws Exception {
    String pem = CLIENT.certificatePem() + CA.certificatePem();
    Object[][] forms = {
      {"keystore.location", file("client.pem", CLIENT.privateKeyPkcs8Pem() + pem)},
      {
        "keystore.location",
        file("locked.pem", encryptedKey("secret") + pem),
        "key.password",
        "secret"
      },
      {"keystore.certificate.chain", pem, "keystore.key", CLIENT.privateKeyPkcs8Pem()},
      {
        "keystore.location",
        store("client.p12", "PKCS12", "secret", true),
        "keystore.password",
        "secret"
      },
    };
    for (Object[] form : forms) {
      assertThat(problems(form)).as("%s", form).isEmpty();
      assertThat(TLS.open(config(form), now).hasClientCertificate()).as("%s", form).isTrue();
    }
  }

  @Test
  void mistakes_areToldOnTheirSetting() throws Exception {
    String chain = CLIENT.certificatePem();
    String pkcs12 = store("x.p12", "PKCS12", "secret", true);
    Object[][] mistakes = {
      {
        "truststore.location",
        "does not name a file",
        "truststore.location",
        dir.resolve("no").toString()
      },
      {
        "truststore.location",
        "holds no certificate",
        "truststore.location",
        file("a.pem", CLIENT.privateKeyPkcs8Pem())
      },
      {
        "truststore.location",
        "cannot be read as PEM",
        "truststore.location",
        file("b", "hello"),
        "truststore.password",
        "x"
      },
      {"truststore.password", "is needed to read", "truststore.location", pkcs12},
      {
        "truststore.password",
        "is not the password",
        "truststore.location",
        pkcs12,
        "truststore.password",
        "x"
      },
      {
        "truststore.password",
        "is for PKCS12 and JKS",
        "truststore.location",
        file("c.pem", chain),
        "truststore.password",
        "x"
      },
      {"truststore.password", "has no effect without", "truststore.password", "x"},
      {
        "truststore.certificates",
        "beside",
        "truststore.location",
        file("d.pem", chain),
        "truststore.certificates",
        chain
      },
      {"keystore.location", "holds no private key", "keystore.location", file("e.pem", chain)},
      {
        "keystore.location",
        "holds no certificate",
        "keystore.location",
        file("f.pem", CLIENT.privateKeyPkcs8Pem())
      },
      {
        "keystore.location",
        "openssl pkcs8 -topk8",
        "keystore.location",
        file(
            "g.pem",
            chain + "-----BEGIN RSA PRIVATE KEY-----\nAA==\n-----END RSA PRIVATE KEY-----\n")
      },
      {"keystore.key", "holds no private key", "keystore.certificate.chain", chain},
      {
        "key.password",
        "is needed",
        "keystore.location",
        file("h.pem", chain + encryptedKey("secret"))
      },
      {
        "key.password",
        "is not the password",
        "keystore.location",
        file("i.pem", chain + encryptedKey("secret")),
        "key.password",
        "x"
      },
      {
        "key.password",
        "has no effect",
        "keystore.location",
        file("j.pem", chain + CLIENT.privateKeyPkcs8Pem()),
        "key.password",
        "x"
      },
      {
        "keystore.password",
        "is not the password",
        "keystore.location",
        pkcs12,
        "keystore.password",
        "x"
      },
      {"keystore.password", "is needed to read", "keystore.location", pkcs12},
    };
    for (Object[] mistake : mistakes) {
      Object[] settings = java.util.Arrays.copyOfRange(mistake, 2, mistake.length);
      Map<String, String> problems = problems(settings);
      assertThat(problems).as("%s", mistake).containsOnlyKeys("db.ssl." + mistake[0]);
      assertThat(problems.values().iterator().next())
          .contains(mistake[1].toString())
          .doesNotContain("secret");
    }
  }

  @Test
  void clientCertificateThatHasExpired_isRefused() {
    HeldCertificate old =
        new HeldCertificate.Builder()
            .signedBy(CA)
            .validityInterval(
                now.minus(Duration.ofDays(20)).toEpochMilli(),
                now.minus(Duration.ofDays(10)).toEpochMilli())
            .build();
    AbstractConfig config =
        config(
            "keystore.location", file("old.pem", old.privateKeyPkcs8Pem() + old.certificatePem()));
    assertThatThrownBy(() -> TLS.open(config, now))
        .isInstanceOf(TlsException.class)
        .hasMessageStartingWith(
            "db.ssl.keystore.location holds a client certificate that is valid");
    assertThat(TLS.problems(config, now.minus(Duration.ofDays(15)))).isEmpty();
  }
}

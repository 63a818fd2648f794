package com.voltageems.hissrv.query.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.query.config.ConfigException;
import com.voltageems.hissrv.query.config.QueryConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyStore;
import java.util.HashMap;
import java.util.Map;
import okhttp3.tls.HeldCertificate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.SslConfigs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the service says of the files that kafka.properties.ssl.* name. */
class KafkaTlsTest {
  private static final String SECRET = "of-the-file";

  private final HeldCertificate signer =
      new HeldCertificate.Builder().certificateAuthority(0).commonName("site").build();
  private final HeldCertificate client =
      new HeldCertificate.Builder().signedBy(signer).commonName("service").build();

  @TempDir Path dir;

  private String file(String name, String text) throws IOException {
    return Files.writeString(dir.resolve(name), text).toString();
  }

  private String p12(String name) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("ca", signer.certificate());
    Path file = dir.resolve(name);
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, SECRET.toCharArray());
    }
    return file.toString();
  }

  private static QueryConfig config(String... namesAndValues) throws ConfigException {
    Map<String, String> texts = new HashMap<>();
    texts.put("kafka.bootstrap.servers", "127.0.0.1:1");
    texts.put("kafka.properties.security.protocol", "SSL");
    for (int i = 0; i < namesAndValues.length; i += 2) {
      texts.put("kafka.properties.ssl." + namesAndValues[i], namesAndValues[i + 1]);
    }
    return QueryConfig.of(texts);
  }

  private static void assertTold(String words, String... namesAndValues) throws ConfigException {
    QueryConfig config = config(namesAndValues);
    assertThatThrownBy(config::checkFiles)
        .isInstanceOf(ConfigException.class)
        .hasMessage("kafka.properties.ssl." + words)
        .hasMessageNotContaining(SECRET);
    // One that vanishes later is told by the clients themselves.
    assertThatThrownBy(() -> Admin.create(config.kafka().client(Map.of())).close())
        .rootCause()
        .hasMessageContaining(words.substring(words.indexOf(": ") + 2));
  }

  @Test
  void fileThatCannotBeUsed_isToldWithItsSetting() throws Exception {
    String none = dir.resolve("none.pem").toString();
    assertTold(
        "truststore.location: does not name a file: " + none + " does not exist",
        "truststore.type",
        "PEM",
        "truststore.location",
        none);
    assertTold(
        "keystore.location: does not name a file: " + none + " does not exist",
        "keystore.type",
        "PEM",
        "keystore.location",
        none);
    String ca = file("ca.pem", signer.certificatePem());
    assertTold(
        "truststore.type: is JKS, and the file " + ca + " is PEM: set it to PEM",
        "truststore.location",
        ca);
    assertTold(
        "keystore.location: holds no private key: the file " + ca,
        "keystore.type",
        "PEM",
        "keystore.location",
        ca);
    String p12 = p12("ca.p12");
    assertTold(
        "truststore.type: is PEM, and the file "
            + p12
            + " is not: set it to PKCS12 or JKS, or name a PEM file",
        "truststore.type",
        "PEM",
        "truststore.location",
        p12);
    assertTold(
        "truststore.password: is not the password of the file " + p12,
        "truststore.type",
        "PKCS12",
        "truststore.location",
        p12,
        "truststore.password",
        "not-" + SECRET);
    String broken = file("broken.pem", "-----BEGIN CERTIFICATE-----\nxx\n");
    assertTold(
        "truststore.location: cannot be read as PEM, PKCS12 or JKS: No matching CERTIFICATE entries"
            + " in PEM file",
        "truststore.type",
        "PEM",
        "truststore.location",
        broken);
  }

  @Test
  void filesThatKafkaTakes_areTaken() throws Exception {
    config(
            "truststore.type",
            "PEM",
            "truststore.location",
            file("ca.pem", signer.certificatePem()),
            "keystore.type",
            "PEM",
            "keystore.location",
            file("own.pem", client.privateKeyPkcs8Pem() + client.certificatePem()))
        .checkFiles();
    config("truststore.location", p12("ca.p12"), "truststore.password", SECRET).checkFiles();
    // Nothing but the JVM's own.
    config().checkFiles();
  }

  @Test
  void renewedFile_isReadForTheNextConnection_andOneThatIsHalfWrittenIsNot() throws Exception {
    Path ca = Path.of(file("ca.pem", signer.certificatePem()));
    ConfigDef def = new ConfigDef();
    SslConfigs.addClientSslSupport(def);
    try (KafkaTls tls = new KafkaTls()) {
      tls.configure(
          def.parse(
              Map.of("ssl.truststore.type", "PEM", "ssl.truststore.location", ca.toString())));
      assertThat(trusts(tls, signer)).isTrue();

      HeldCertificate other = new HeldCertificate.Builder().certificateAuthority(0).build();
      write(ca, "-----BEGIN CERT", 1);
      assertThat(trusts(tls, signer)).isTrue();
      write(ca, other.certificatePem(), 2);
      assertThat(trusts(tls, other)).isTrue();
      assertThat(trusts(tls, signer)).isFalse();
    }
  }

  private static boolean trusts(KafkaTls tls, HeldCertificate signer) throws Exception {
    KeyStore store = tls.truststore();
    return store != null && store.getCertificateAlias(signer.certificate()) != null;
  }

  private static void write(Path file, String text, int time) throws IOException {
    Files.writeString(file, text);
    Files.setLastModifiedTime(file, FileTime.fromMillis(time * 1000L));
  }
}

package com.voltageems.hissrv.influx.config;

import com.voltageems.hissrv.influx.answer.InfluxVersion;
import com.voltageems.hissrv.influx.delivery.Destination;
import com.voltageems.hissrv.plugin.Submission;
import java.time.Duration;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

/** Which database, and how it is spoken to. */
public final class DatabaseSettings {
  static final String GROUP = "Database";

  public static final String VERSION_CONFIG = "influxdb.version";
  private static final String VERSION_DOC =
      "The write API: 2 is /api/v2/write, which InfluxDB 2.x, 1.8 and 3 and QuestDB have; 1 is"
          + " /write of InfluxDB 1.x.";

  public static final String URL_CONFIG = "influxdb.url";
  private static final String URL_DOC =
      "The database's address, for example http://127.0.0.1:8086. No user and password in it.";

  public static final String TOKEN_CONFIG = "influxdb.token";
  private static final String TOKEN_DOC =
      "Version 2: the API token; may be left out where the database asks for none.";

  public static final String ORG_CONFIG = "influxdb.org";
  private static final String ORG_DOC = "Version 2: the organisation. QuestDB ignores it.";

  public static final String BUCKET_CONFIG = "influxdb.bucket";
  private static final String BUCKET_DOC =
      "Version 2: the bucket, needed there. QuestDB ignores it.";

  public static final String DATABASE_CONFIG = "influxdb.database";
  private static final String DATABASE_DOC = "Version 1: the database, needed there.";

  public static final String RETENTION_POLICY_CONFIG = "influxdb.retention.policy";
  private static final String RETENTION_POLICY_DOC =
      "Version 1: the retention policy; the database's default one when left out.";

  public static final String USERNAME_CONFIG = "influxdb.username";
  private static final String USERNAME_DOC =
      "Version 1: the user; sent in a header, never in the URL. None when left out.";

  public static final String PASSWORD_CONFIG = "influxdb.password";
  private static final String PASSWORD_DOC = "Version 1: the user's password.";

  public static final String GZIP_CONFIG = "influxdb.gzip";
  private static final boolean GZIP_DEFAULT = false;
  private static final String GZIP_DOC =
      "Whether requests are compressed: for slow links, not for the same machine.";

  public static final String CONNECT_TIMEOUT_CONFIG = "connect.timeout.ms";
  private static final int CONNECT_TIMEOUT_DEFAULT = 5_000;
  private static final String CONNECT_TIMEOUT_DOC = "The longest wait for a connection.";

  public static final String WRITE_TIMEOUT_CONFIG = "write.timeout.ms";
  private static final int WRITE_TIMEOUT_DEFAULT = 30_000;
  private static final String WRITE_TIMEOUT_DOC =
      "The longest that one request may take, answer included; after it the request is retried.";

  public static final String VALIDATE_CONNECTION_CONFIG = "validate.connection";
  private static final boolean VALIDATE_CONNECTION_DEFAULT = true;
  private static final String VALIDATE_CONNECTION_DOC =
      "Whether the database is asked once when the connector is submitted, so that a wrong address,"
          + " token or bucket is refused at once.";

  private final AbstractConfig config;

  DatabaseSettings(AbstractConfig config) {
    this.config = config;
  }

  public InfluxVersion version() {
    return InfluxVersion.of(config.getString(VERSION_CONFIG));
  }

  /** Without a slash at the end. */
  public String url() {
    String url = config.getString(URL_CONFIG);
    return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
  }

  public char @Nullable [] token() {
    Password token = config.getPassword(TOKEN_CONFIG);
    return token == null ? null : token.value().toCharArray();
  }

  public @Nullable String org() {
    return config.getString(ORG_CONFIG);
  }

  public @Nullable String username() {
    return config.getString(USERNAME_CONFIG);
  }

  public @Nullable String password() {
    Password password = Submission.password(config.originals().get(PASSWORD_CONFIG));
    return password == null ? null : password.value();
  }

  public boolean gzip() {
    return config.getBoolean(GZIP_CONFIG);
  }

  public Duration connectTimeout() {
    return millis(CONNECT_TIMEOUT_CONFIG);
  }

  public Duration writeTimeout() {
    return millis(WRITE_TIMEOUT_CONFIG);
  }

  public boolean validateConnection() {
    return config.getBoolean(VALIDATE_CONNECTION_CONFIG);
  }

  private Duration millis(String key) {
    return Duration.ofMillis(config.getInt(key));
  }

  /**
   * Where topics go that no rule names.
   *
   * @throws ConfigException when the setting that the version needs is not there
   */
  public Destination destination() {
    String key = version() == InfluxVersion.V2 ? BUCKET_CONFIG : DATABASE_CONFIG;
    String bucket = config.getString(key);
    if (bucket == null || bucket.isBlank()) {
      throw new ConfigException(
          key + " must be set when " + VERSION_CONFIG + " is " + version().setting());
    }
    return new Destination(
        bucket, version() == InfluxVersion.V1 ? config.getString(RETENTION_POLICY_CONFIG) : null);
  }

  static void define(Definition d) {
    d.group(GROUP);
    d.key(
        VERSION_CONFIG,
        ConfigDef.Type.STRING,
        "2",
        ValidString.in("2", "1"),
        Importance.HIGH,
        VERSION_DOC);
    d.key(
        URL_CONFIG,
        ConfigDef.Type.STRING,
        ConfigDef.NO_DEFAULT_VALUE,
        Forms.urlForm(),
        Importance.HIGH,
        URL_DOC);
    d.key(
        TOKEN_CONFIG, ConfigDef.Type.PASSWORD, null, Forms.tokenForm(), Importance.HIGH, TOKEN_DOC);
    d.key(ORG_CONFIG, ConfigDef.Type.STRING, null, null, Importance.HIGH, ORG_DOC);
    d.key(BUCKET_CONFIG, ConfigDef.Type.STRING, null, null, Importance.HIGH, BUCKET_DOC);
    d.key(DATABASE_CONFIG, ConfigDef.Type.STRING, null, null, Importance.HIGH, DATABASE_DOC);
    d.key(
        RETENTION_POLICY_CONFIG,
        ConfigDef.Type.STRING,
        null,
        null,
        Importance.MEDIUM,
        RETENTION_POLICY_DOC);
    d.key(USERNAME_CONFIG, ConfigDef.Type.STRING, null, null, Importance.MEDIUM, USERNAME_DOC);
    d.key(PASSWORD_CONFIG, ConfigDef.Type.PASSWORD, null, null, Importance.MEDIUM, PASSWORD_DOC);
    d.key(GZIP_CONFIG, ConfigDef.Type.BOOLEAN, GZIP_DEFAULT, null, Importance.LOW, GZIP_DOC);
    d.millis(CONNECT_TIMEOUT_CONFIG, CONNECT_TIMEOUT_DEFAULT, 1, CONNECT_TIMEOUT_DOC);
    d.millis(WRITE_TIMEOUT_CONFIG, WRITE_TIMEOUT_DEFAULT, 1, WRITE_TIMEOUT_DOC);
    d.key(
        VALIDATE_CONNECTION_CONFIG,
        ConfigDef.Type.BOOLEAN,
        VALIDATE_CONNECTION_DEFAULT,
        null,
        Importance.LOW,
        VALIDATE_CONNECTION_DOC);
  }
}

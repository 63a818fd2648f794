package com.voltageems.hissrv.influx.config;

import com.voltageems.hissrv.influx.answer.InfluxVersion;
import com.voltageems.hissrv.influx.batch.Destination;
import com.voltageems.hissrv.influx.point.Dialect;
import com.voltageems.hissrv.influx.point.LineForm;
import com.voltageems.hissrv.influx.point.Precision;
import com.voltageems.hissrv.plugin.Setting;
import com.voltageems.hissrv.plugin.SettingGroups;
import com.voltageems.hissrv.plugin.tls.RenewedTls;
import com.voltageems.hissrv.plugin.tls.Tls;
import com.voltageems.hissrv.plugin.tls.TlsException;
import com.voltageems.hissrv.plugin.tls.TlsSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

/** Settings of the database and of the connection to it. */
public final class DatabaseSettings {
  private static final String GROUP = "Database";

  public static final Setting<String> VERSION =
      Setting.choice("influxdb.version", "2", "2", "1", "questdb")
          .high()
          .doc(
              "The database: 2 is InfluxDB 2.x (and 1.8 and 3) by /api/v2/write; 1 is "
                  + "InfluxDB 1.x by /write; questdb is QuestDB, with its own rules for names "
                  + "and types.");

  public static final Setting<String> URL =
      Setting.text("influxdb.url")
          .valid(Forms.url())
          .high()
          .doc(
              "The database's address, for example http://127.0.0.1:8086. No user and password in it.");

  public static final Setting<Optional<Password>> TOKEN =
      Setting.secret("influxdb.token")
          .valid(Forms.token())
          .high()
          .doc(
              "Version 2: the API token; may be left out where the database asks for none. QuestDB: the"
                  + " REST token of its Enterprise edition.");

  public static final Setting<Optional<String>> ORG =
      Setting.optionalText("influxdb.org").high().doc("Version 2: the organisation.");

  public static final Setting<Optional<String>> BUCKET =
      Setting.optionalText("influxdb.bucket").high().doc("Version 2: the bucket, needed there.");

  public static final Setting<Boolean> BUCKET_CREATE =
      Setting.flag("influxdb.bucket.create", false)
          .low()
          .doc(
              "Version 2: whether a missing bucket is created when the first line is "
                  + "written to it. The token needs the right to do so.");

  public static final Setting<Optional<String>> BUCKET_RETENTION =
      Setting.optionalText("influxdb.bucket.retention")
          .valid("12h, 90d or 8w", Forms::retention)
          .low()
          .doc(
              "How long such a bucket keeps points: hours, days or weeks. For ever when left out.");

  public static final Setting<Optional<String>> DATABASE =
      Setting.optionalText("influxdb.database")
          .high()
          .doc("Version 1: the database, needed there.");

  public static final Setting<Optional<String>> RETENTION_POLICY =
      Setting.optionalText("influxdb.retention.policy")
          .doc("Version 1: the retention policy; the database's default one when left out.");

  public static final Setting<Optional<String>> USERNAME =
      Setting.optionalText("influxdb.username")
          .doc(
              "Version 1 and QuestDB: the user; sent in a header, never in the URL. None when left out.");

  public static final Setting<Optional<Password>> PASSWORD =
      Setting.secret("influxdb.password").doc("Version 1 and QuestDB: the user's password.");

  public static final Setting<Precision> PRECISION =
      Setting.choice("influxdb.precision", Precision.NS)
          .low()
          .doc(
              "Precision of written times: anything finer is cut off, so points of one "
                  + "series that differ by less become one point. QuestDB keeps microseconds.");

  public static final Setting<Boolean> GZIP =
      Setting.flag("influxdb.gzip", false)
          .low()
          .doc("Whether requests are compressed: for slow links, not for the same machine.");

  public static final Setting<Duration> CONNECT_TIMEOUT =
      Setting.millis("connect.timeout.ms", 5_000, 1, 600_000)
          .low()
          .doc("The longest wait for a connection.");

  public static final Setting<Duration> WRITE_TIMEOUT =
      Setting.millis("write.timeout.ms", 30_000, 1, 3_600_000)
          .low()
          .doc("Longest time one request may take, response included; then it is retried.");

  public static final Setting<Boolean> VALIDATE_CONNECTION =
      Setting.flag("validate.connection", true)
          .low()
          .doc(
              "Whether the database is asked once when the connector is submitted, so that a wrong address,"
                  + " token or bucket is refused at once.");

  public static final String TLS_PREFIX = "influxdb.ssl.";

  /** TLS settings, for https. */
  public static final TlsSettings TLS = TlsSettings.ofKafka("influxdb.");

  private final AbstractConfig config;

  DatabaseSettings(AbstractConfig config) {
    this.config = config;
  }

  public InfluxVersion version() {
    return InfluxVersion.of(VERSION.in(config));
  }

  /** Returns the URL without a slash at the end. */
  public String url() {
    String url = URL.in(config);
    return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
  }

  public char @Nullable [] token() {
    return TOKEN.in(config).map(token -> token.value().toCharArray()).orElse(null);
  }

  public @Nullable String org() {
    return ORG.in(config).orElse(null);
  }

  public @Nullable String username() {
    return USERNAME.in(config).orElse(null);
  }

  public @Nullable String password() {
    return PASSWORD.in(config).map(Password::value).orElse(null);
  }

  public boolean gzip() {
    return GZIP.in(config);
  }

  public Duration connectTimeout() {
    return CONNECT_TIMEOUT.in(config);
  }

  public Duration writeTimeout() {
    return WRITE_TIMEOUT.in(config);
  }

  public boolean createsBuckets() {
    return version() == InfluxVersion.V2 && BUCKET_CREATE.in(config);
  }

  /** Returns how long a newly created bucket keeps points; empty for no limit. */
  public Optional<Duration> retention() {
    return BUCKET_RETENTION.in(config).map(Forms::retention);
  }

  public boolean validateConnection() {
    return VALIDATE_CONNECTION.in(config);
  }

  public boolean usesTls() {
    return url().startsWith("https:");
  }

  /**
   * Returns the TLS configuration, whose files are read again when they change; null if the URL is
   * not https.
   *
   * @throws TlsException if a file is not right, or the client's certificate is not valid now
   */
  public @Nullable RenewedTls tls(Instant now) {
    if (!usesTls()) {
      return null;
    }
    Tls unusedCheck = TLS.open(config, now);
    return new RenewedTls(TLS, config);
  }

  /** Returns the problems of the TLS files, by the setting at fault. */
  public Map<String, String> tlsProblems(Instant now) {
    return TLS.problems(config, now);
  }

  /**
   * Returns the destination of topics that no rule names.
   *
   * @throws ConfigException if the bucket or database that the version needs is not set
   */
  public Destination destination() {
    if (version() == InfluxVersion.QUESTDB) {
      return new Destination("QuestDB", null);
    }
    Setting<Optional<String>> setting = version() == InfluxVersion.V2 ? BUCKET : DATABASE;
    String bucket = setting.in(config).orElse("");
    if (bucket.isBlank()) {
      throw new ConfigException(
          setting + " must be set when " + VERSION + " is " + version().setting());
    }
    return new Destination(
        bucket, version() == InfluxVersion.V1 ? RETENTION_POLICY.in(config).orElse(null) : null);
  }

  /** Returns how lines are written. */
  public LineForm lineForm() {
    return new LineForm(
        version() == InfluxVersion.QUESTDB ? Dialect.QUESTDB : Dialect.INFLUXDB,
        PRECISION.in(config));
  }

  /** Returns the precision of times in the database. */
  Precision storedPrecision() {
    Precision written = PRECISION.in(config);
    return version() == InfluxVersion.QUESTDB && written == Precision.NS ? Precision.US : written;
  }

  static void addTo(SettingGroups groups) {
    groups
        .add(
            GROUP,
            VERSION,
            URL,
            TOKEN,
            ORG,
            BUCKET,
            BUCKET_CREATE,
            BUCKET_RETENTION,
            DATABASE,
            RETENTION_POLICY,
            USERNAME,
            PASSWORD,
            PRECISION,
            GZIP,
            CONNECT_TIMEOUT,
            WRITE_TIMEOUT,
            VALIDATE_CONNECTION)
        .add("TLS", TLS.all());
  }
}

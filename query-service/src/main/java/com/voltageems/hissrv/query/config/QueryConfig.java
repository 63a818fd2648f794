package com.voltageems.hissrv.query.config;

import com.voltageems.hissrv.query.catalogue.Catalogue;
import com.voltageems.hissrv.query.catalogue.CatalogueSettings;
import com.voltageems.hissrv.query.setting.Setting;
import com.voltageems.hissrv.query.setting.Tokens;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.spi.StoreProvider;
import com.voltageems.hissrv.query.store.spi.StoreProviders;
import com.voltageems.hissrv.query.store.spi.StoreSettings;
import com.voltageems.hissrv.query.store.tier.Tiers;
import com.voltageems.hissrv.query.tls.ConnectTls;
import com.voltageems.hissrv.query.tls.KafkaTls;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Every setting of the service, checked. Created by {@link ConfigFile}; {@link #defaults()} works
 * without changes next to a QuestDB on the same machine.
 */
public record QueryConfig(
    Http http,
    Access access,
    Store store,
    Limits limits,
    Cache cache,
    Kafka kafka,
    Connect connect,
    Checks checks,
    Catalogue catalogue) {
  /** The address to listen on; port 0 takes a free one. */
  public record Http(
      String host, int port, int threads, List<String> allowedHosts, List<String> corsOrigins) {
    public Http {
      allowedHosts = List.copyOf(allowedHosts);
      corsOrigins = List.copyOf(corsOrigins);
    }
  }

  /**
   * Who may read, and who may change something.
   *
   * @param raw whether statements in the database's own language may run
   */
  public record Access(Tokens read, Tokens write, boolean raw) {}

  /**
   * The database, and its settings as in the file.
   *
   * @param ofSite whether the file is a hissrv.yml
   */
  public record Store(StoreProvider provider, Map<String, String> texts, boolean ofSite) {
    public Store {
      texts = Map.copyOf(texts);
    }

    /** Creates the settings from a plain settings file. */
    public Store(StoreProvider provider, Map<String, String> texts) {
      this(provider, texts, false);
    }

    /**
     * Opens the database.
     *
     * @param concurrency maximum number of calls at once
     */
    public HistoryStore open(int concurrency) {
      return provider.open(settings(concurrency));
    }

    private StoreSettings settings(int concurrency) {
      return new StoreSettings(provider.settings(), texts, concurrency, ofSite);
    }

    /** Returns a key that distinguishes databases, without their secrets. */
    public String key() {
      String where =
          provider.settings().stream()
              .filter(setting -> !setting.secret())
              .map(one -> one.key() + "=" + texts.getOrDefault(one.key(), one.defaultText()))
              .sorted()
              .collect(Collectors.joining("\n", provider.type() + "\n", ""));
      return UUID.nameUUIDFromBytes(where.getBytes(StandardCharsets.UTF_8)).toString();
    }

    /** Returns the database's tiers, if the back end has any. */
    public Optional<Tiers> tiers() {
      return provider.tiers(settings(1));
    }

    @Override
    public String toString() {
      return "Store[type=" + provider.type() + "]";
    }
  }

  /** Limits of one request. */
  public record Limits(
      Duration queryTimeout,
      int concurrency,
      int defaultRows,
      int maxRows,
      int maxValues,
      Duration maxRange) {}

  /**
   * Limits of the answers that are kept: the number of values in all, and how long those of closed
   * windows are kept.
   */
  public record Cache(int values, Duration closed) {}

  /** Kafka; not used if {@code bootstrapServers} is empty. */
  public record Kafka(
      String bootstrapServers,
      String deadLetterTopic,
      String statusTopic,
      Map<String, String> properties) {
    /** Why parts that need Kafka are off; in the words of query.yml and of hissrv.yml. */
    public static final String NOT_SET =
        "kafka.bootstrap.servers (hissrv.yml: kafka.bootstrap_servers) is not set";

    public Kafka {
      properties = Map.copyOf(properties);
    }

    public boolean isConfigured() {
      return !bootstrapServers.isEmpty();
    }

    /**
     * Returns the settings of a client.
     *
     * @param own our defaults, which the site's own properties override
     */
    public Map<String, Object> client(Map<String, Object> own) {
      Map<String, Object> client = new HashMap<>(own);
      client.putAll(properties);
      client.put("bootstrap.servers", bootstrapServers);
      KafkaTls.into(client);
      return client;
    }

    @Override
    public String toString() {
      return "Kafka[bootstrapServers=" + bootstrapServers + "]";
    }
  }

  /**
   * Connect's REST API; not used if {@code urls} is empty.
   *
   * @param askWorkers whether each worker that has a task is asked for a sign of life
   * @param restartFailed whether this service restarts failed connectors and tasks
   * @param commitInterval pause between two commits of a task, set at the workers
   * @param tls the certificates for https
   */
  public record Connect(
      List<URI> urls,
      String source,
      String sink,
      String username,
      String password,
      boolean askWorkers,
      boolean restartFailed,
      Duration commitInterval,
      ConnectTls tls) {
    public Connect {
      urls = List.copyOf(urls);
    }

    /** Creates the settings with the certificates that the JVM trusts. */
    public Connect(
        List<URI> urls,
        String source,
        String sink,
        String username,
        String password,
        boolean askWorkers,
        boolean restartFailed,
        Duration commitInterval) {
      this(
          urls,
          source,
          sink,
          username,
          password,
          askWorkers,
          restartFailed,
          commitInterval,
          ConnectTls.NONE);
    }

    private Connect ofSite() {
      return new Connect(
          urls,
          source,
          sink,
          username,
          password,
          askWorkers,
          restartFailed,
          commitInterval,
          tls.named());
    }

    public boolean isConfigured() {
      return !urls.isEmpty();
    }

    @Override
    public String toString() {
      return "Connect[source=" + source + ", sink=" + sink + "]";
    }
  }

  /**
   * How often the parts are checked, the timeout of a check, and how long a part may stand still.
   */
  public record Checks(Duration interval, Duration timeout, Duration stuckAfter) {}

  /** Returns the settings without a file. */
  public static QueryConfig defaults() {
    try {
      return of(Map.of());
    } catch (ConfigException e) {
      throw new IllegalStateException("a default cannot be used", e);
    }
  }

  /**
   * Returns the settings in texts by dotted key; missing ones have their defaults.
   *
   * @throws ConfigException at the first key that is unknown or whose value cannot be used
   */
  public static QueryConfig of(Map<String, String> texts) throws ConfigException {
    try {
      return checked(texts);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Returns the same settings as from a hissrv.yml: later failures name its keys. */
  public QueryConfig ofSite() {
    return new QueryConfig(
        http,
        access,
        new Store(store.provider, store.texts, true),
        limits,
        cache,
        kafka,
        connect.ofSite(),
        checks,
        catalogue);
  }

  /**
   * Checks the files that the settings name; only for use on the service's own machine.
   *
   * @throws ConfigException naming the setting and the file
   */
  public void checkFiles() throws ConfigException {
    try {
      store.provider.checkFiles(store.settings(1));
      connect.tls.checkFiles(connect.urls);
      if (kafka.isConfigured()) {
        KafkaTls.checkFiles(kafka.properties);
      }
    } catch (IllegalArgumentException e) {
      throw new ConfigException(String.valueOf(e.getMessage()), e);
    }
  }

  private static QueryConfig checked(Map<String, String> texts) throws ConfigException {
    Map<String, String> kafkaProperties = new LinkedHashMap<>();
    for (Map.Entry<String, String> entry : new TreeMap<>(texts).entrySet()) {
      String key = entry.getKey();
      AllSettings.known(key);
      if (key.startsWith(AllSettings.KAFKA_PROPERTIES)) {
        kafkaProperties.put(key.substring(AllSettings.KAFKA_PROPERTIES.length()), entry.getValue());
      }
    }
    QueryConfig config =
        new QueryConfig(
            new Http(
                Declared.HTTP_HOST.in(texts),
                Declared.HTTP_PORT.in(texts),
                Declared.HTTP_THREADS.in(texts),
                Declared.HTTP_ALLOWED_HOSTS.in(texts),
                Declared.HTTP_CORS_ORIGINS.in(texts)),
            new Access(
                tokens(Declared.TOKEN_READ, texts),
                tokens(Declared.TOKEN_WRITE, texts),
                Declared.RAW_ENABLED.in(texts)),
            store(texts),
            new Limits(
                Declared.QUERY_TIMEOUT.in(texts),
                Declared.QUERY_CONCURRENCY.in(texts),
                Declared.QUERY_DEFAULT_ROWS.in(texts),
                Declared.QUERY_MAX_ROWS.in(texts),
                Declared.QUERY_MAX_VALUES.in(texts),
                Declared.QUERY_MAX_RANGE.in(texts)),
            new Cache(Declared.CACHE_VALUES.in(texts), Declared.CACHE_CLOSED.in(texts)),
            new Kafka(
                Declared.KAFKA_SERVERS.in(texts),
                Declared.KAFKA_DEAD_LETTERS.in(texts),
                Declared.KAFKA_STATUS_TOPIC.in(texts),
                kafkaProperties),
            new Connect(
                Declared.CONNECT_URL.in(texts),
                Declared.CONNECT_SOURCE.in(texts),
                Declared.CONNECT_SINK.in(texts),
                Declared.CONNECT_USERNAME.in(texts),
                Declared.CONNECT_PASSWORD.in(texts),
                Declared.CONNECT_ASK_WORKERS.in(texts),
                Declared.CONNECT_RESTART_FAILED.in(texts),
                Declared.CONNECT_COMMIT_INTERVAL.in(texts),
                ConnectTls.in(texts)),
            new Checks(
                Declared.CHECK_INTERVAL.in(texts),
                Declared.CHECK_TIMEOUT.in(texts),
                Declared.STUCK_AFTER.in(texts)),
            CatalogueSettings.read(texts, ZoneId.systemDefault()));
    config.check();
    return config;
  }

  /** Checks settings that depend on each other. */
  private void check() throws ConfigException {
    if (limits.defaultRows > limits.maxRows) {
      throw new ConfigException(
          Declared.QUERY_DEFAULT_ROWS.key()
              + ": \""
              + limits.defaultRows
              + "\" cannot be used: needs at most query.max.rows, which is "
              + limits.maxRows);
    }
    store.provider.check(store.settings(1));
    connect.tls.check(connect.urls);
    if (access.raw) {
      store.provider.checkRaw(store.settings(1));
      if (access.read.isEmpty()) {
        throw new ConfigException(
            Declared.RAW_ENABLED.key()
                + ": \"true\" cannot be used: needs http.token.read, so that not everybody may");
      }
    }
    if (http.threads < limits.concurrency + 4) {
      // Otherwise queries could take every thread, and even the refusal of one more would have to
      // wait.
      throw new ConfigException(
          Declared.HTTP_THREADS.key()
              + ": \""
              + http.threads
              + "\" cannot be used: needs at least query.concurrency + 4, which is "
              + (limits.concurrency + 4));
    }
  }

  /** Refuses an empty text: a variable with an empty value must not open the service silently. */
  private static Tokens tokens(Setting<Tokens> setting, Map<String, String> texts)
      throws ConfigException {
    Tokens tokens = setting.in(texts);
    if (tokens.isEmpty() && texts.containsKey(setting.key())) {
      throw new ConfigException(
          setting.key()
              + ": empty; needs "
              + Tokens.EXPECTED
              + ", or leave it out to do without a token");
    }
    return tokens;
  }

  /** Returns the settings as the Markdown table in README.md. */
  public static String table() {
    return AllSettings.table();
  }

  private static Store store(Map<String, String> texts) {
    // All are checked, including those of databases that are not in use.
    for (StoreProvider provider : StoreProviders.all()) {
      provider.settings().forEach(setting -> setting.in(texts));
    }
    Map<String, String> own = new LinkedHashMap<>();
    texts.forEach(
        (key, text) -> {
          if (key.startsWith("store.")) {
            own.put(key, text);
          }
        });
    own.remove(Declared.STORE_TYPE.key());
    return new Store(Declared.STORE_TYPE.in(texts), own);
  }
}

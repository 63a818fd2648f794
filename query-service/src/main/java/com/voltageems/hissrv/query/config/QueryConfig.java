package com.voltageems.hissrv.query.config;

import com.voltageems.hissrv.query.catalogue.Catalogue;
import com.voltageems.hissrv.query.catalogue.CatalogueSettings;
import java.net.URI;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Every setting of the service, checked. Made by {@link ConfigFile}; {@link #defaults()} runs as it
 * is beside a QuestDB on this machine.
 */
public record QueryConfig(
    Http http,
    Store store,
    Limits limits,
    Kafka kafka,
    Connect connect,
    Checks checks,
    Catalogue catalogue) {

  /** Where we listen; port 0 takes a free one. */
  public record Http(String host, int port, int threads, List<String> allowedHosts) {
    public Http {
      allowedHosts = List.copyOf(allowedHosts);
    }
  }

  /** Which database, and how to reach each kind; only the chosen one is used. */
  public record Store(StoreType type, QuestDb questDb, InfluxDb1 influxDb1) {}

  /** The kinds of database. */
  public enum StoreType {
    QUESTDB,
    INFLUXDB1
  }

  /** How to reach InfluxDB 1.x; no login where {@code username} is empty. */
  public record InfluxDb1(
      URI url, String database, List<String> retentionPolicies, String username, String password) {
    public InfluxDb1 {
      retentionPolicies = List.copyOf(retentionPolicies);
    }

    @Override
    public String toString() {
      return "InfluxDb1[database=" + database + ", username=" + username + "]";
    }
  }

  /** How to reach QuestDB. */
  public record QuestDb(String url, String user, String password) {
    @Override
    public String toString() {
      return "QuestDb[url=" + url + ", user=" + user + "]";
    }
  }

  /** What one request may cost. */
  public record Limits(
      Duration queryTimeout,
      int concurrency,
      int defaultRows,
      int maxRows,
      int maxValues,
      Duration maxRange) {}

  /** Kafka, or none when {@code bootstrapServers} is empty. */
  public record Kafka(
      String bootstrapServers,
      String deadLetterTopic,
      String statusTopic,
      Map<String, String> properties) {
    public Kafka {
      properties = Map.copyOf(properties);
    }

    public boolean isConfigured() {
      return !bootstrapServers.isEmpty();
    }

    @Override
    public String toString() {
      return "Kafka[bootstrapServers=" + bootstrapServers + "]";
    }
  }

  /**
   * Connect's REST API, or none when {@code urls} is empty.
   *
   * @param askWorkers whether each worker that has a task is asked for a sign of life
   * @param commitInterval pause between two commits of a task, set at the workers
   */
  public record Connect(
      List<URI> urls,
      String source,
      String sink,
      String username,
      String password,
      boolean askWorkers,
      Duration commitInterval) {
    public Connect {
      urls = List.copyOf(urls);
    }

    public boolean isConfigured() {
      return !urls.isEmpty();
    }

    @Override
    public String toString() {
      return "Connect[source=" + source + ", sink=" + sink + "]";
    }
  }

  /** How often and how long the parts are looked at, and how long they may stand still. */
  public record Checks(Duration interval, Duration timeout, Duration stuckAfter) {}

  private static final String KAFKA_PROPERTIES = "kafka.properties.";

  private static final Setting<String> HTTP_HOST =
      Setting.of(
          "http.host",
          "127.0.0.1",
          "a host name or address of this machine",
          "Address to listen on; `0.0.0.0` for all of them.",
          Parse::text);
  private static final Setting<Integer> HTTP_PORT =
      Setting.of(
          "http.port",
          "8082",
          "a port from 0 to 65535",
          "Port to listen on; `0` takes a free one.",
          Parse.number(0, 65535));
  private static final Setting<Integer> HTTP_THREADS =
      Setting.of(
          "http.threads",
          "24",
          "a number from 8 to 1000",
          "Most threads that serve HTTP.",
          Parse.number(8, 1000));
  private static final Setting<List<String>> HTTP_ALLOWED_HOSTS =
      Setting.of(
          "http.allowed.hosts",
          "",
          "host names, separated by commas, `*` for any, or nothing",
          "Names with a dot under which browsers may call this service, for example that of a"
              + " proxy; addresses and names without a dot may always.",
          Parse::names);
  private static final Setting<StoreType> STORE_TYPE =
      Setting.of(
          "store.type",
          "questdb",
          "questdb or influxdb1",
          "Which database holds the history.",
          text -> StoreType.valueOf(text.toUpperCase(Locale.ROOT)));
  private static final Setting<String> QUESTDB_URL =
      Setting.of(
          "store.questdb.url",
          "jdbc:postgresql://127.0.0.1:8812/qdb",
          "a JDBC address such as jdbc:postgresql://127.0.0.1:8812/qdb",
          "QuestDB's PostgreSQL wire endpoint.",
          Parse::postgresUrl);
  private static final Setting<String> QUESTDB_USER =
      Setting.of("store.questdb.user", "admin", "a user name", "User in QuestDB.", Parse::text);
  private static final Setting<String> QUESTDB_PASSWORD =
      Setting.secret("store.questdb.password", "quest", "That user's password.");
  private static final Setting<URI> INFLUXDB1_URL =
      Setting.of(
          "store.influxdb1.url",
          "http://127.0.0.1:8086",
          "an address such as http://127.0.0.1:8086",
          "InfluxDB 1.x's HTTP API.",
          text -> Parse.httpUrl(text).orElseThrow(IllegalArgumentException::new));
  private static final Setting<String> INFLUXDB1_DATABASE =
      Setting.of(
          "store.influxdb1.database",
          "hissrv",
          "a database's name",
          "Database in InfluxDB 1.x.",
          Parse::text);
  private static final Setting<List<String>> INFLUXDB1_POLICIES =
      Setting.of(
          "store.influxdb1.retention.policies",
          "",
          "names of retention policies, separated by commas, or nothing",
          "Retention policies to read from, as the sink writes to them; empty: the database's"
              + " default one.",
          Parse::names);
  private static final Setting<String> INFLUXDB1_USERNAME =
      Setting.of(
          "store.influxdb1.username",
          "",
          "a user name, or nothing",
          "User in InfluxDB 1.x, where it asks for one.",
          text -> text);
  private static final Setting<String> INFLUXDB1_PASSWORD =
      Setting.secret("store.influxdb1.password", "", "That user's password.");
  private static final Setting<Duration> QUERY_TIMEOUT =
      Setting.of(
          "query.timeout",
          "10s",
          "a time from 1s to 10m",
          "Longest time a query may run; then it is cancelled and answered with 504.",
          Parse.duration(Duration.ofSeconds(1), Duration.ofMinutes(10)));
  private static final Setting<Integer> QUERY_CONCURRENCY =
      Setting.of(
          "query.concurrency",
          "6",
          "a number from 1 to 200",
          "Most queries at once; one more is answered with 429 at once.",
          Parse.number(1, 200));
  private static final Setting<Integer> QUERY_DEFAULT_ROWS =
      Setting.of(
          "query.default.rows",
          "10000",
          "a number from 1 to 10000000",
          "`limit` of a query that names none.",
          Parse.number(1, 10_000_000));
  private static final Setting<Integer> QUERY_MAX_ROWS =
      Setting.of(
          "query.max.rows",
          "100000",
          "a number from 1 to 10000000",
          "Largest `limit` that a query may ask for.",
          Parse.number(1, 10_000_000));
  private static final Setting<Integer> QUERY_MAX_VALUES =
      Setting.of(
          "query.max.values",
          "1000000",
          "a number from 1000 to 100000000",
          "Most values (rows times fields) in one answer; the answer is cut there and says so.",
          Parse.number(1000, 100_000_000));
  private static final Setting<Duration> QUERY_MAX_RANGE =
      Setting.of(
          "query.max.range",
          "366d",
          "a time from 1m to 36500d",
          "Longest time range of one query.",
          Parse.duration(Duration.ofMinutes(1), Duration.ofDays(36_500)));
  private static final Setting<String> KAFKA_SERVERS =
      Setting.of(
          "kafka.bootstrap.servers",
          "",
          "host:port, several separated by commas, or nothing",
          "Kafka, for `/status` and `/health`; empty: left out of both.",
          Parse::hostPorts);
  private static final Setting<String> KAFKA_DEAD_LETTERS =
      Setting.of(
          "kafka.dead.letter.topic",
          "hissrv-dead-letters",
          "a topic name",
          "Topic whose records count as `failed`.",
          Parse::text);
  private static final Setting<String> KAFKA_STATUS_TOPIC =
      Setting.of(
          "kafka.status.topic",
          "hissrv-status",
          "a topic name",
          "Topic in which the source connector tells its state: its `status.topic`. It need not be"
              + " there.",
          Parse::text);
  private static final Setting<List<URI>> CONNECT_URL =
      Setting.of(
          "connect.url",
          "",
          "an address such as http://127.0.0.1:8083, several separated by commas, or nothing",
          "Kafka Connect's REST API; of several workers the first that answers is asked. Empty:"
              + " left out of `/status` and `/health`.",
          Parse::httpUrls);
  private static final Setting<String> CONNECT_SOURCE =
      Setting.of(
          "connect.source",
          "hissrv-redis-source",
          "a connector's name",
          "Name of the source connector.",
          Parse::text);
  private static final Setting<String> CONNECT_SINK =
      Setting.of(
          "connect.sink",
          "hissrv-influx-sink",
          "a connector's name",
          "Name of the sink connector; its consumer group is `connect-` and this name.",
          Parse::text);
  private static final Setting<String> CONNECT_USERNAME =
      Setting.of(
          "connect.username",
          "",
          "a user name, or nothing",
          "User of Connect's REST API, where it asks for one.",
          text -> text);
  private static final Setting<String> CONNECT_PASSWORD =
      Setting.secret("connect.password", "", "That user's password.");
  private static final Setting<Boolean> CONNECT_ASK_WORKERS =
      Setting.of(
          "connect.ask.workers",
          "true",
          "true or false",
          "Ask each worker that has a task for a sign of life, at the address that Connect tells"
              + " (the worker's `rest.advertised.host.name`). `false` where this machine cannot"
              + " reach those addresses.",
          Parse::bool);
  private static final Setting<Duration> CONNECT_COMMIT_INTERVAL =
      Setting.of(
          "connect.commit.interval",
          "1m",
          "a time from 0s to 1h",
          "The workers' `offset.flush.interval.ms`: an offset of the sink may stand for so long"
              + " although all is well.",
          Parse.duration(Duration.ZERO, Duration.ofHours(1)));
  private static final Setting<Duration> STUCK_AFTER =
      Setting.of(
          "stuck.after.ms",
          "60000",
          "a number of milliseconds from 1000 to 86400000",
          "From which time on a standstill is trouble: a record that the sink repeats, an offset"
              + " that does not move while records wait (here `connect.commit.interval` is added),"
              + " a source that is refused by Redis or that tells nothing.",
          text -> Duration.ofMillis(Parse.number(1000, 86_400_000).apply(text)));
  private static final Setting<Duration> CHECK_INTERVAL =
      Setting.of(
          "health.interval",
          "5s",
          "a time from 1s to 10m",
          "Time between two looks at store, Kafka and Connect.",
          Parse.duration(Duration.ofSeconds(1), Duration.ofMinutes(10)));
  private static final Setting<Duration> CHECK_TIMEOUT =
      Setting.of(
          "health.timeout",
          "3s",
          "a time from 500ms to 1m",
          "Longest time one such look may take.",
          Parse.duration(Duration.ofMillis(500), Duration.ofMinutes(1)));

  private static final List<Setting<?>> ALL =
      List.of(
          HTTP_HOST,
          HTTP_PORT,
          HTTP_THREADS,
          HTTP_ALLOWED_HOSTS,
          STORE_TYPE,
          QUESTDB_URL,
          QUESTDB_USER,
          QUESTDB_PASSWORD,
          INFLUXDB1_URL,
          INFLUXDB1_DATABASE,
          INFLUXDB1_POLICIES,
          INFLUXDB1_USERNAME,
          INFLUXDB1_PASSWORD,
          QUERY_TIMEOUT,
          QUERY_CONCURRENCY,
          QUERY_DEFAULT_ROWS,
          QUERY_MAX_ROWS,
          QUERY_MAX_VALUES,
          QUERY_MAX_RANGE,
          KAFKA_SERVERS,
          KAFKA_DEAD_LETTERS,
          KAFKA_STATUS_TOPIC,
          CONNECT_URL,
          CONNECT_SOURCE,
          CONNECT_SINK,
          CONNECT_USERNAME,
          CONNECT_PASSWORD,
          CONNECT_ASK_WORKERS,
          CONNECT_COMMIT_INTERVAL,
          STUCK_AFTER,
          CHECK_INTERVAL,
          CHECK_TIMEOUT);

  /** What one gets without a file. */
  public static QueryConfig defaults() {
    try {
      return of(Map.of());
    } catch (ConfigException e) {
      throw new IllegalStateException("a default cannot be used", e);
    }
  }

  /**
   * Settings from texts by dotted key; what is missing takes its default.
   *
   * @throws ConfigException at the first key that is unknown or whose value cannot be used
   */
  public static QueryConfig of(Map<String, String> texts) throws ConfigException {
    Map<String, String> kafkaProperties = new LinkedHashMap<>();
    for (Map.Entry<String, String> entry : new TreeMap<>(texts).entrySet()) {
      String key = entry.getKey();
      if (key.startsWith(KAFKA_PROPERTIES)) {
        kafkaProperties.put(key.substring(KAFKA_PROPERTIES.length()), entry.getValue());
      } else if (!key.startsWith(CatalogueSettings.PREFIX)
          && ALL.stream().noneMatch(setting -> setting.key().equals(key))) {
        throw new ConfigException(
            key + ": there is no such setting; did you mean " + nearest(key) + "?");
      }
    }
    QueryConfig config =
        new QueryConfig(
            new Http(
                HTTP_HOST.in(texts),
                HTTP_PORT.in(texts),
                HTTP_THREADS.in(texts),
                HTTP_ALLOWED_HOSTS.in(texts)),
            new Store(
                STORE_TYPE.in(texts),
                new QuestDb(
                    QUESTDB_URL.in(texts), QUESTDB_USER.in(texts), QUESTDB_PASSWORD.in(texts)),
                new InfluxDb1(
                    INFLUXDB1_URL.in(texts),
                    INFLUXDB1_DATABASE.in(texts),
                    INFLUXDB1_POLICIES.in(texts),
                    INFLUXDB1_USERNAME.in(texts),
                    INFLUXDB1_PASSWORD.in(texts))),
            new Limits(
                QUERY_TIMEOUT.in(texts),
                QUERY_CONCURRENCY.in(texts),
                QUERY_DEFAULT_ROWS.in(texts),
                QUERY_MAX_ROWS.in(texts),
                QUERY_MAX_VALUES.in(texts),
                QUERY_MAX_RANGE.in(texts)),
            new Kafka(
                KAFKA_SERVERS.in(texts),
                KAFKA_DEAD_LETTERS.in(texts),
                KAFKA_STATUS_TOPIC.in(texts),
                kafkaProperties),
            new Connect(
                CONNECT_URL.in(texts),
                CONNECT_SOURCE.in(texts),
                CONNECT_SINK.in(texts),
                CONNECT_USERNAME.in(texts),
                CONNECT_PASSWORD.in(texts),
                CONNECT_ASK_WORKERS.in(texts),
                CONNECT_COMMIT_INTERVAL.in(texts)),
            new Checks(CHECK_INTERVAL.in(texts), CHECK_TIMEOUT.in(texts), STUCK_AFTER.in(texts)),
            catalogue(texts));
    if (config.limits.defaultRows > config.limits.maxRows) {
      throw new ConfigException(
          QUERY_DEFAULT_ROWS.key()
              + ": \""
              + config.limits.defaultRows
              + "\" cannot be used: needs at most query.max.rows, which is "
              + config.limits.maxRows);
    }
    if (config.http.threads < config.limits.concurrency + 4) {
      // Otherwise queries could take every thread, and the refusal of one more would have to wait.
      throw new ConfigException(
          HTTP_THREADS.key()
              + ": \""
              + config.http.threads
              + "\" cannot be used: needs at least query.concurrency + 4, which is "
              + (config.limits.concurrency + 4));
    }
    return config;
  }

  private static Catalogue catalogue(Map<String, String> texts) throws ConfigException {
    try {
      return CatalogueSettings.read(texts, ZoneId.systemDefault());
    } catch (IllegalArgumentException e) {
      throw new ConfigException(String.valueOf(e.getMessage()), e);
    }
  }

  /** The settings as a Markdown table, as README.md carries it. */
  public static String table() {
    StringBuilder text =
        new StringBuilder("| setting | default | needs | what it does |\n|---|---|---|---|\n");
    for (Setting<?> setting : ALL) {
      String shown =
          setting.defaultText().isEmpty() ? "(empty)" : "`" + setting.defaultText() + "`";
      text.append(
          String.format(
              "| `%s` | %s | %s | %s |\n",
              setting.key(), shown, setting.expected(), setting.doc()));
    }
    text.append(
        String.format(
            "| `%s*` | (none) | any property of a Kafka client | Handed to the Kafka clients, for"
                + " example `%ssecurity.protocol`. |\n",
            KAFKA_PROPERTIES, KAFKA_PROPERTIES));
    text.append(
        String.format(
            "| `%s*` | (none) | see Names and units | Names and units of devices and points, and"
                + " the site's time zone. |\n",
            CatalogueSettings.PREFIX));
    return text.toString();
  }

  static List<String> keys() {
    return ALL.stream().<String>map(Setting::key).toList();
  }

  private static String nearest(String key) {
    return ALL.stream()
        .<String>map(Setting::key)
        .min(Comparator.comparingInt(candidate -> distance(key, candidate)))
        .orElseThrow();
  }

  /** Edit distance (insert, delete, replace). */
  private static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[to.length()];
  }

  /** Texts to values; each throws IllegalArgumentException when the text is not right. */
  static final class Parse {
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,12})(ms|s|m|h|d|w)");
    private static final Pattern HOST_PORT = Pattern.compile("[^\\s:,]+:[0-9]{1,5}");

    private Parse() {}

    static String text(String text) {
      if (text.isEmpty()) {
        throw new IllegalArgumentException("empty");
      }
      return text;
    }

    static Function<String, Integer> number(int least, int most) {
      return text -> {
        int number = Integer.parseInt(text);
        if (number < least || number > most) {
          throw new IllegalArgumentException("out of range");
        }
        return number;
      };
    }

    static Function<String, Duration> duration(Duration least, Duration most) {
      return text -> {
        Duration duration = duration(text);
        if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
          throw new IllegalArgumentException("out of range");
        }
        return duration;
      };
    }

    /** {@code 500ms}, {@code 5s}, {@code 1m}, {@code 1h}, {@code 1d}, {@code 1w}. */
    static Duration duration(String text) {
      Matcher matcher = DURATION.matcher(text);
      if (!matcher.matches()) {
        throw new IllegalArgumentException("no time");
      }
      long count = Long.parseLong(matcher.group(1));
      return switch (matcher.group(2)) {
        case "ms" -> Duration.ofMillis(count);
        case "s" -> Duration.ofSeconds(count);
        case "m" -> Duration.ofMinutes(count);
        case "h" -> Duration.ofHours(count);
        case "d" -> Duration.ofDays(count);
        default -> Duration.ofDays(Math.multiplyExact(count, 7));
      };
    }

    static String postgresUrl(String text) {
      if (!text.startsWith("jdbc:postgresql://")) {
        throw new IllegalArgumentException("not a JDBC address of PostgreSQL's protocol");
      }
      return text;
    }

    static String hostPorts(String text) {
      List<String> all = new ArrayList<>();
      for (String one : text.split(",", -1)) {
        String server = one.strip();
        if (!text.isEmpty() && !HOST_PORT.matcher(server).matches()) {
          throw new IllegalArgumentException("not host:port");
        }
        all.add(server);
      }
      return String.join(",", all);
    }

    static boolean bool(String text) {
      if (!text.equals("true") && !text.equals("false")) {
        throw new IllegalArgumentException("neither true nor false");
      }
      return text.equals("true");
    }

    /** Several, separated by commas; none in an empty text. */
    static List<String> names(String text) {
      List<String> all = new ArrayList<>();
      for (String one : text.isEmpty() ? List.<String>of() : List.of(text.split(",", -1))) {
        all.add(text(one.strip()));
      }
      return all;
    }

    /** Several, separated by commas; none in an empty text. */
    static List<URI> httpUrls(String text) {
      List<URI> all = new ArrayList<>();
      for (String one : text.isEmpty() ? List.<String>of() : List.of(text.split(",", -1))) {
        all.add(httpUrl(one.strip()).orElseThrow(IllegalArgumentException::new));
      }
      return all;
    }

    static Optional<URI> httpUrl(String text) {
      if (text.isEmpty()) {
        return Optional.empty();
      }
      URI uri = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
      if (uri.getHost() == null || !List.of("http", "https").contains(uri.getScheme())) {
        throw new IllegalArgumentException("not http");
      }
      return Optional.of(uri);
    }
  }
}

package com.voltageems.hissrv.query.config;

import com.voltageems.hissrv.query.setting.Parse;
import com.voltageems.hissrv.query.setting.Setting;
import com.voltageems.hissrv.query.setting.Tokens;
import com.voltageems.hissrv.query.store.spi.StoreProvider;
import com.voltageems.hissrv.query.store.spi.StoreProviders;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/** The service's own settings; those of a database are declared by its back end. */
final class Declared {
  static final Setting<String> HTTP_HOST =
      Setting.of(
          "http.host",
          "127.0.0.1",
          "a host name or address of this machine",
          "Address to listen on; `0.0.0.0` for all of them.",
          Parse::host);
  static final Setting<Integer> HTTP_PORT =
      Setting.of(
          "http.port",
          "8082",
          "a port from 0 to 65535",
          "Port to listen on; `0` takes a free one.",
          Parse.number(0, 65535));
  static final Setting<Integer> HTTP_THREADS =
      Setting.of(
          "http.threads",
          "24",
          "a number from 8 to 1000",
          "Maximum number of threads that serve HTTP.",
          Parse.number(8, 1000));
  static final Setting<List<String>> HTTP_ALLOWED_HOSTS =
      Setting.of(
          "http.allowed.hosts",
          "",
          "host names, separated by commas, `*` for any, or nothing",
          "Names with a dot under which browsers may call this service, for example that of a"
              + " proxy; addresses and names without a dot may always.",
          Parse::names);
  static final Setting<List<String>> HTTP_CORS_ORIGINS =
      Setting.of(
          "http.cors.origins",
          "",
          "origins such as https://ems.example:8443, separated by commas, `*` for any, or nothing",
          "Other sites whose pages may read the answers in a browser (CORS), never with cookies.",
          Parse::origins);
  static final Setting<Tokens> TOKEN_READ =
      Setting.secret(
          "http.token.read",
          "",
          Tokens.EXPECTED + "; or nothing",
          "Tokens, one of which a caller has to show (`Authorization: Bearer`) to read; empty:"
              + " anybody reads. The page's files and a bare `/health` need none.",
          Tokens::parse);
  static final Setting<Tokens> TOKEN_WRITE =
      Setting.secret(
          "http.token.write",
          "",
          Tokens.EXPECTED + "; or nothing",
          "Tokens that allow callers on other machines to change something, too, and to read;"
              + " empty: only callers on this machine change anything.",
          Tokens::parse);
  static final Setting<StoreProvider> STORE_TYPE =
      Setting.of(
          "store.type",
          "questdb",
          String.join(", ", StoreProviders.types()),
          "Which database holds the history.",
          StoreProviders::of);
  static final Setting<Duration> QUERY_TIMEOUT =
      Setting.of(
          "query.timeout",
          "10s",
          "a time from 1s to 10m",
          "Longest time a query may run; then it is cancelled and answered with 504.",
          Parse.duration(Duration.ofSeconds(1), Duration.ofMinutes(10)));
  static final Setting<Integer> QUERY_CONCURRENCY =
      Setting.of(
          "query.concurrency",
          "6",
          "a number from 1 to 200",
          "Most queries at once; one more is answered with 429 at once.",
          Parse.number(1, 200));
  static final Setting<Integer> QUERY_DEFAULT_ROWS =
      Setting.of(
          "query.default.rows",
          "10000",
          "a number from 1 to 10000000",
          "`limit` of a query that names none.",
          Parse.number(1, 10_000_000));
  static final Setting<Integer> QUERY_MAX_ROWS =
      Setting.of(
          "query.max.rows",
          "100000",
          "a number from 1 to 10000000",
          "Largest `limit` that a query may ask for.",
          Parse.number(1, 10_000_000));
  static final Setting<Integer> QUERY_MAX_VALUES =
      Setting.of(
          "query.max.values",
          "1000000",
          "a number from 1000 to 100000000",
          "Most values (rows times fields) in one answer; the answer is cut there and says so.",
          Parse.number(1000, 100_000_000));
  static final Setting<Duration> QUERY_MAX_RANGE =
      Setting.of(
          "query.max.range",
          "366d",
          "a time from 1m to 36500d",
          "Longest time range of one query.",
          Parse.duration(Duration.ofMinutes(1), Duration.ofDays(36_500)));
  static final Setting<Boolean> RAW_ENABLED =
      Setting.of(
          "query.raw.enabled",
          "false",
          "true or false",
          "Whether `POST /raw` runs statements in the database's own language, over a login that"
              + " may only read (`store.*.raw.*`); needs `http.token.read`.",
          Parse::bool);
  static final Setting<Integer> CACHE_VALUES =
      Setting.of(
          "query.cache.values",
          "500000",
          "a number from 0 to 100000000",
          "Most values (rows times columns) of all answers over windows that are kept in memory;"
              + " `0`: none.",
          Parse.number(0, 100_000_000));
  static final Setting<Duration> CACHE_CLOSED =
      Setting.of(
          "query.cache.closed",
          "1m",
          "a time from 0s to 1d",
          "How long an answer is kept whose windows have all ended five minutes ago: late data is"
              + " seen after this time at the latest. A newer one is kept for a second at most.",
          Parse.duration(Duration.ZERO, Duration.ofDays(1)));
  static final Setting<String> KAFKA_SERVERS =
      Setting.of(
          "kafka.bootstrap.servers",
          "",
          "host:port, several separated by commas, or nothing",
          "Kafka, for `/status` and `/health`; empty: left out of both.",
          Parse::hostPorts);
  static final Setting<String> KAFKA_DEAD_LETTERS =
      Setting.of(
          "kafka.dead.letter.topic",
          "hissrv-dead-letters",
          "a topic name",
          "Topic whose records count as `failed`.",
          Parse::text);
  static final Setting<String> KAFKA_STATUS_TOPIC =
      Setting.of(
          "kafka.status.topic",
          "hissrv-status",
          "a topic name",
          "Topic in which the source connector tells its state: its `status.topic`. It need not be"
              + " there if that is set to nothing.",
          Parse::text);
  static final Setting<List<URI>> CONNECT_URL =
      Setting.of(
          "connect.url",
          "",
          "an address such as http://127.0.0.1:8083, several separated by commas, or nothing",
          "Kafka Connect's REST API; of several workers the first that answers is asked. Empty:"
              + " left out of `/status` and `/health`.",
          Parse::httpUrls);
  static final Setting<String> CONNECT_SOURCE =
      Setting.of(
          "connect.source",
          "hissrv-redis-source",
          "a connector's name, or nothing",
          "Name of the source connector. Empty: there is none, as where the topics are somebody"
              + " else's.",
          text -> text);
  static final Setting<String> CONNECT_SINK =
      Setting.of(
          "connect.sink",
          "hissrv-influx-sink",
          "a connector's name, or nothing",
          "Name of the sink connector; its consumer group is `connect-` and this name. Empty: there"
              + " is none.",
          text -> text);
  static final Setting<String> CONNECT_USERNAME =
      Setting.of(
          "connect.username",
          "",
          "a user name, or nothing",
          "User of Connect's REST API, where it asks for one.",
          text -> text);
  static final Setting<String> CONNECT_PASSWORD =
      Setting.secret("connect.password", "", "That user's password.");
  static final Setting<Boolean> CONNECT_ASK_WORKERS =
      Setting.of(
          "connect.ask.workers",
          "true",
          "true or false",
          "Check that each worker with a task is alive, at the address that Connect "
              + "reports (the worker's `rest.advertised.host.name`). `false` if this machine "
              + "cannot reach those addresses.",
          Parse::bool);
  static final Setting<Boolean> CONNECT_RESTART_FAILED =
      Setting.of(
          "connect.restart.failed",
          "true",
          "true or false",
          "Restart what failed of the two connectors: after half a minute, then at "
              + "growing intervals of up to half an hour. `false` where something else does "
              + "it, such as a Kubernetes operator.",
          Parse::bool);
  static final Setting<Duration> CONNECT_COMMIT_INTERVAL =
      Setting.of(
          "connect.commit.interval",
          "1m",
          "a time from 0s to 1h",
          "The workers' `offset.flush.interval.ms`: for that long the sink's offset may "
              + "stand still although all is well.",
          Parse.duration(Duration.ZERO, Duration.ofHours(1)));
  static final Setting<Duration> STUCK_AFTER =
      Setting.of(
          "stuck.after.ms",
          "60000",
          "a number of milliseconds from 1000 to 86400000",
          "How long a standstill may last before it counts as trouble: a record that the "
              + "sink keeps retrying, an offset that does not move while records wait (plus "
              + "`connect.commit.interval`), a source that Redis refuses or that reports "
              + "nothing.",
          text -> Duration.ofMillis(Parse.number(1000, 86_400_000).apply(text)));
  static final Setting<Duration> CHECK_INTERVAL =
      Setting.of(
          "health.interval",
          "5s",
          "a time from 1s to 10m",
          "Time between two checks of store, Kafka and Connect.",
          Parse.duration(Duration.ofSeconds(1), Duration.ofMinutes(10)));
  static final Setting<Duration> CHECK_TIMEOUT =
      Setting.of(
          "health.timeout",
          "3s",
          "a time from 500ms to 1m",
          "Timeout of one such check.",
          Parse.duration(Duration.ofMillis(500), Duration.ofMinutes(1)));

  static final List<Setting<?>> ALL =
      List.of(
          HTTP_HOST,
          HTTP_PORT,
          HTTP_THREADS,
          HTTP_ALLOWED_HOSTS,
          HTTP_CORS_ORIGINS,
          TOKEN_READ,
          TOKEN_WRITE,
          STORE_TYPE,
          QUERY_TIMEOUT,
          QUERY_CONCURRENCY,
          QUERY_DEFAULT_ROWS,
          QUERY_MAX_ROWS,
          QUERY_MAX_VALUES,
          QUERY_MAX_RANGE,
          RAW_ENABLED,
          CACHE_VALUES,
          CACHE_CLOSED,
          KAFKA_SERVERS,
          KAFKA_DEAD_LETTERS,
          KAFKA_STATUS_TOPIC,
          CONNECT_URL,
          CONNECT_SOURCE,
          CONNECT_SINK,
          CONNECT_USERNAME,
          CONNECT_PASSWORD,
          CONNECT_ASK_WORKERS,
          CONNECT_RESTART_FAILED,
          CONNECT_COMMIT_INTERVAL,
          STUCK_AFTER,
          CHECK_INTERVAL,
          CHECK_TIMEOUT);

  /** Kafka Connect's TLS settings follow after its login. */
  static final Setting<?> BEFORE_CONNECT_TLS = CONNECT_PASSWORD;

  private Declared() {}
}

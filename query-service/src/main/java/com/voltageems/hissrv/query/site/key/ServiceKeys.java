package com.voltageems.hissrv.query.site.key;

import java.util.List;

/** Keys for the service, for Kafka and for Connect. */
final class ServiceKeys {
  static final Shape.Many ALERTS =
      new Shape.Many(
          new Shape.Section(
              List.of(
                  Key.needed("name", Scalar.text("a name"), "What the alert is called."),
                  Key.needed(
                      "condition",
                      Scalar.text("a figure, an operator and a bound: failed_count > 100"),
                      "When it is raised; docs/alerts.md has the figures."),
                  Key.of(
                      "for",
                      Scalar.duration("0s", "30d"),
                      "0s",
                      "How long the condition has to hold before the alert is raised."),
                  Key.of(
                      "level",
                      Scalar.choice("info", "warning", "critical"),
                      "warning",
                      "How bad it is; goes to the receiver."),
                  Key.of(
                      "language",
                      Scalar.choice("en", "zh"),
                      "en",
                      "Of the line for people: English or Chinese."),
                  Key.of("action", Scalar.choice("webhook"), "webhook", "What is done."),
                  Key.needed("url", Scalar.url(), "Where the webhook is."),
                  Key.of(
                      "body",
                      Scalar.choice(
                          "hissrv", "alertmanager", "slack", "dingtalk", "feishu", "wecom"),
                      "hissrv",
                      "For whom the request is written."),
                  Key.of(
                      "authorization",
                      Scalar.secret(),
                      "The header Authorization, for example Bearer ${TOKEN}."),
                  Key.of(
                      "secret",
                      Scalar.secret(),
                      "A robot's secret, for its signature; `dingtalk` and `feishu` only."))),
          200);

  static final Shape.Section API =
      new Shape.Section(
          List.of(
              Key.of(
                  "host",
                  Scalar.text("a host name or address of this machine"),
                  "127.0.0.1",
                  "Address to listen on; `0.0.0.0` for all of them. Needs a restart."),
              Key.of(
                  "port",
                  Scalar.number(0, 65_535),
                  "8082",
                  "Port to listen on; 0 takes a free one. Needs a restart."),
              Key.of(
                  "threads",
                  Scalar.number(8, 1000),
                  "24",
                  "Maximum number of threads that serve HTTP. Needs a restart."),
              Key.of(
                  "cors_origins",
                  new Shape.Many(Scalar.text("an origin such as https://ems.example"), 100),
                  "Other sites whose pages may read the answers in a browser, such as"
                      + " `https://ems.example:8443`; `*` for any. Needs a restart."),
              Key.of(
                  "read_tokens",
                  new Shape.Many(Scalar.secret(), 50),
                  "Tokens for reading, one of which a caller has to send "
                      + "(`Authorization: Bearer`); without the key anybody may read. At least "
                      + "16 letters, digits or `-._~+/` each."),
              Key.of(
                  "write_tokens",
                  new Shape.Many(Scalar.secret(), 50),
                  "Tokens that allow callers on other machines to change something, too (`/reload`,"
                      + " `/mappings`, `/sync`, restarts), and to read; without the key only"
                      + " callers on this machine change anything.")));

  static final Shape.Section QUERY =
      new Shape.Section(
          List.of(
              Key.of("timeout", Scalar.duration("1s", "10m"), "10s", "Timeout of one query."),
              Key.of(
                  "concurrency",
                  Scalar.number(1, 200),
                  "6",
                  "Maximum number of concurrent queries."),
              Key.of(
                  "default_rows",
                  Scalar.number(1, 10_000_000),
                  "10000",
                  "`limit` of a query that names none."),
              Key.of(
                  "max_rows",
                  Scalar.number(1, 10_000_000),
                  "100000",
                  "Largest `limit` that a query may ask for."),
              Key.of(
                  "max_values",
                  Scalar.number(1000, 100_000_000),
                  "1000000",
                  "Maximum number of values in one answer."),
              Key.of(
                  "max_range",
                  Scalar.duration("1m", "36500d"),
                  "366d",
                  "Longest time range of one query.")));

  static final Shape.Section HEALTH =
      new Shape.Section(
          List.of(
              Key.of(
                  "interval",
                  Scalar.duration("1s", "10m"),
                  "5s",
                  "Time between two checks of database, Kafka and Connect."),
              Key.of(
                  "timeout", Scalar.duration("500ms", "1m"), "3s", "Timeout of one such check.")));

  static final Shape.Section KAFKA =
      new Shape.Section(
          List.of(
              Key.of(
                  "bootstrap_servers",
                  new Shape.Many(Scalar.hostPorts(), 50),
                  "Kafka, for `/status` and `/health`; left out of both where it is not there."),
              Key.of(
                  "topic_prefix",
                  Scalar.name(),
                  "hissrv.",
                  "What the names of the topics begin with. The sink reads no others: before a change"
                      + " let it reach the end of those of before."),
              Key.of(
                  "dead_letter_topic",
                  Scalar.name(),
                  "hissrv-dead-letters",
                  "Where records go that the database refuses."),
              Key.of(
                  "replication_factor",
                  Scalar.number(1, 10),
                  "Copies of the topics: the brokers' default where it is not there; 3 on a cluster"
                      + " of three and more."),
              Key.of(
                  "properties",
                  new Shape.Names(Scalar.secret()),
                  "Properties of the service's Kafka clients, such as `security.protocol`.")));

  static final Shape.Section CONNECT =
      new Shape.Section(
          List.of(
              Key.of(
                  "url",
                  new Shape.Many(Scalar.urls(), 50),
                  "Connect's REST API, `http://127.0.0.1:8083` by default; of several workers the"
                      + " first that answers is asked."),
              Key.of("username", Scalar.text("a user name"), "User there, where it asks for one."),
              Key.of("password", Scalar.secret(), "That user's password."),
              Key.of("tls", TlsKeys.TLS, TlsKeys.CONNECT),
              Key.of(
                  "secrets",
                  Scalar.choice("worker", "apply"),
                  "worker",
                  "Who looks up the `${NAME}` of a secret. `worker`: the worker, in its own"
                      + " environment (`${env:NAME}`), so that the secret is neither sent nor"
                      + " stored. `apply`: whoever applies the file; the secret is then readable"
                      + " in Connect's topic and by its REST API."),
              Key.of(
                  "restart_failed",
                  Scalar.bool(),
                  "true",
                  "Whether the service restarts what failed of the two connectors: after "
                      + "half a minute, then at growing intervals of up to half an hour."),
              Key.of(
                  "source",
                  Scalar.name(),
                  "Name of the source connector; `<service.name>-redis-source` by default."),
              Key.of(
                  "sink",
                  Scalar.name(),
                  "Name of the sink connector; `<service.name>-influx-sink` by default."),
              Key.of(
                  "source_tasks",
                  Scalar.number(1, 1000),
                  "1",
                  "Maximum number of tasks of the source (`tasks.max`)."),
              Key.of(
                  "sink_tasks",
                  Scalar.number(1, 1000),
                  "1",
                  "Maximum number of tasks of the sink (`tasks.max`).")));

  static final Shape.Section LOGGING =
      new Shape.Section(
          List.of(
              Key.of(
                  "level",
                  Scalar.choice("trace", "debug", "info", "warn", "error"),
                  "info",
                  "Level of hissrv's own messages in the service, and in the workers (by Connect's"
                      + " `/admin/loggers`). Where the messages go is the business of whoever"
                      + " starts the process.")));

  static final Shape.Section ADVANCED =
      new Shape.Section(
          List.of(
              Key.of(
                  "source",
                  new Shape.Names(Scalar.secret()),
                  "Settings of the source connector by their own names; they win."),
              Key.of(
                  "sink",
                  new Shape.Names(Scalar.secret()),
                  "Settings of the sink connector by their own names; they win."),
              Key.of(
                  "service",
                  new Shape.Names(Scalar.secret()),
                  "Settings of the service by the names in query-service/README.md; they win.")));

  private ServiceKeys() {}
}

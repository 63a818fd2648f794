package com.voltageems.hissrv.query.site.key;

import java.util.List;

/** Keys for the database and for writing to it. */
final class StoreKeys {
  static final Shape.Section INFLUXDB =
      new Shape.Section(
          List.of(
              Key.of(
                  "version",
                  Scalar.choice("2", "1"),
                  "2",
                  "2: token, org and bucket. 1: database, user and password."),
              Key.of("url", Scalar.url(), "http://127.0.0.1:8086", "Where it is."),
              Key.of("token", Scalar.secret(), "Version 2: the API token."),
              Key.of("org", Scalar.text("a name"), "voltage", "Version 2: the organisation."),
              Key.of("bucket", Scalar.text("a name"), "ems", "Version 2: the bucket."),
              Key.of("database", Scalar.text("a name"), "hissrv", "Version 1: the database."),
              Key.of(
                  "retention_policy",
                  Scalar.text("a name"),
                  "Version 1: the retention policy that is written; the database's default one"
                      + " when left out."),
              Key.of("username", Scalar.text("a user name"), "Version 1: the user."),
              Key.of("password", Scalar.secret(), "Version 1: the user's password."),
              Key.of("tls", TlsKeys.TLS, TlsKeys.DATABASE)));

  static final Shape.Section QUESTDB =
      new Shape.Section(
          List.of(
              Key.of(
                  "url",
                  Scalar.url(),
                  "http://127.0.0.1:9000",
                  "QuestDB's HTTP address, which the sink writes to."),
              Key.of(
                  "jdbc_url",
                  Scalar.text("an address such as jdbc:postgresql://127.0.0.1:8812/qdb"),
                  "jdbc:postgresql://127.0.0.1:8812/qdb",
                  "QuestDB's PostgreSQL address, which the service reads from."),
              Key.of("username", Scalar.text("a user name"), "admin", "User there."),
              Key.of("password", Scalar.secret(), "That user's password; `quest` by default.")));

  static final Shape.Section BUFFER =
      new Shape.Section(
          List.of(
              Key.of(
                  "max_batch_size",
                  Scalar.number(1, 1_000_000),
                  "The same as `performance.batch_size`."),
              Key.of(
                  "max_wait_time",
                  Scalar.duration("0ms", "1h"),
                  "The same as `performance.batch_timeout`."),
              Key.of(
                  "max_memory_mb",
                  Scalar.number(1, 100_000),
                  "Heap that records may take in one task of the sink before its topics are paused"
                      + " (sink: `buffer.bytes.max`, which counts line protocol; the records take"
                      + " up to ten times as much, so it is an eleventh of this).")));

  static final Shape.Section WRITER =
      new Shape.Section(
          List.of(
              Key.of(
                  "num_workers",
                  Scalar.number(1, 64),
                  "1",
                  "Write requests in flight at a time in each task (sink: `write.workers`)."),
              Key.of(
                  "retry_attempts",
                  Scalar.number(1, 1000),
                  "The same as `performance.max_retries`."),
              Key.of(
                  "retry_delay",
                  Scalar.duration("1ms", "10m"),
                  "The wait before the first retry; it doubles with each further one (sink:"
                      + " `retry.backoff.ms`).")));

  static final Shape.Section PERFORMANCE =
      new Shape.Section(
          List.of(
              Key.of(
                  "batch_size",
                  Scalar.number(1, 1_000_000),
                  "The most lines of a write request (sink: `batch.size.max`)."),
              Key.of(
                  "batch_timeout",
                  Scalar.duration("0ms", "1h"),
                  "Longest wait for a request to reach 1,000 lines (sink: `linger.ms`)."),
              Key.of(
                  "write_buffer_size",
                  Scalar.number(1, 100_000_000),
                  "Records held before the topics are paused (sink: `buffer.records.max`)."),
              Key.of(
                  "max_retries",
                  Scalar.number(1, 1000),
                  "How often a record that the database refuses by itself, while others pass, is"
                      + " tried before it goes to the dead-letter topic (sink: `poison.retries`)."
                      + " An outage is another thing: it is retried for ever, and costs"
                      + " nothing.")));

  private static final Scalar POLICY = Scalar.text("a name");

  static final Shape.Section RETENTION =
      new Shape.Section(
          List.of(
              Key.of(
                  "policies",
                  new Shape.Many(
                      new Shape.Section(
                          List.of(
                              Key.needed(
                                  "name",
                                  POLICY,
                                  "Name of the policy. One that no task writes into is that of the"
                                      + " samples themselves."),
                              Key.needed(
                                  "duration",
                                  Scalar.duration("1h", "36500d"),
                                  "How long data is kept."),
                              Key.of(
                                  "replication",
                                  Scalar.number(1, 100),
                                  "Copies; more than 1 only in InfluxDB 1.x Enterprise."),
                              Key.of(
                                  "shard_duration",
                                  Scalar.duration("1h", "36500d"),
                                  "Length of a shard; of a coarser copy in QuestDB of a partition"
                                      + " (1h, 1d, 7d, 30d, 365d)."),
                              Key.of(
                                  "measurements",
                                  new Shape.Many(Scalar.text("a name"), 200),
                                  "Which measurements a coarser copy has, and in QuestDB also which"
                                      + " tables' samples the duration is for; all when left"
                                      + " out."))),
                      50),
                  "Retention policies.")));

  static final Shape.Section DOWNSAMPLING =
      new Shape.Section(
          List.of(
              Key.of(
                  "tasks",
                  new Shape.Many(
                      new Shape.Section(
                          List.of(
                              Key.needed("name", POLICY, "Name of the task."),
                              Key.needed("source", POLICY, "Retention policy that is read."),
                              Key.needed("target", POLICY, "Retention policy that is written."),
                              Key.needed(
                                  "interval", Scalar.duration("1s", "366d"), "Window's length."),
                              Key.needed(
                                  "aggregations",
                                  new Shape.Many(
                                      new Shape.Section(
                                          List.of(
                                              Key.needed(
                                                  "function",
                                                  Scalar.choice(
                                                      "MEAN", "MAX", "MIN", "SUM", "COUNT", "FIRST",
                                                      "LAST", "STDDEV", "mean", "max", "min", "sum",
                                                      "count", "first", "last", "stddev"),
                                                  "What is computed. Count and sum are kept in any"
                                                      + " case."),
                                              Key.of(
                                                  "alias",
                                                  Scalar.text("a name"),
                                                  "What the result is called."))),
                                      20),
                                  "What is computed of each window."))),
                      50),
                  "Tasks that write coarser copies."),
              Key.of(
                  "grace",
                  Scalar.duration("0s", "1d"),
                  "5m",
                  "How long after its end a window is computed first."),
              Key.of(
                  "late_data",
                  Scalar.duration("0s", "30d"),
                  "24h",
                  "How far data may come late and still be taken in by itself; later data needs a"
                      + " backfill."),
              Key.of(
                  "late_data_interval",
                  Scalar.duration("10s", "7d"),
                  "1h",
                  "How often late data is looked for.")));

  private StoreKeys() {}
}

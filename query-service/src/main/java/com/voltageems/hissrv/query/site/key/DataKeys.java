package com.voltageems.hissrv.query.site.key;

import java.util.List;

/** Keys for what is read from Redis, and what it is turned into. */
final class DataKeys {
  private static final int MANY = 200;

  static final Shape.Section SERVICE =
      new Shape.Section(
          List.of(
              Key.of(
                  "name",
                  Scalar.name(),
                  "hissrv",
                  "Name of the site. The connectors are called `<name>-redis-source` and"
                      + " `<name>-influx-sink`, and carry it as the mark of whom they belong to."),
              Key.of(
                  "polling_interval",
                  Scalar.duration("10ms", "1h"),
                  "1s",
                  "How often hashes are read, and an empty list or archive is checked "
                      + "again (source: `poll.interval.ms`)."),
              Key.of(
                  "batch_size",
                  Scalar.number(1, 1_000_000),
                  "The same as `performance.batch_size`.")));

  static final Shape.Section REDIS =
      new Shape.Section(
          List.of(
              Key.of(
                  "url",
                  Scalar.redisUrl(),
                  "redis://127.0.0.1:6379",
                  "Where Redis is, `rediss://` with TLS. User and password may stand in it"
                      + " (`redis://user:${REDIS_PASSWORD}@host:6379/0`); they are taken out and"
                      + " treated as the secrets they are. They are taken as they stand, not"
                      + " decoded: `%40` is three characters. A password with `/` or a blank goes"
                      + " into `password`."),
              Key.of("username", Scalar.text("a user name"), "ACL user."),
              Key.of("password", Scalar.secret(), "That user's password."),
              Key.of(
                  "mode",
                  Scalar.choice("standalone", "sentinel", "cluster"),
                  "standalone",
                  "One server, the primary that sentinels name, or a cluster."),
              Key.of(
                  "nodes",
                  new Shape.Many(Scalar.hostPorts(), 50),
                  "The sentinels, or some nodes of the cluster."),
              Key.of(
                  "sentinel_master",
                  Scalar.text("a name"),
                  "The primary's name for the sentinels."),
              Key.of("sentinel_username", Scalar.text("a user name"), "User of the sentinels."),
              Key.of("sentinel_password", Scalar.secret(), "The password for the sentinels."),
              Key.of("tls", TlsKeys.TLS, TlsKeys.REDIS),
              Key.of(
                  "data_patterns",
                  new Shape.Many(Scalar.text("a key or key pattern"), MANY),
                  "What is read. `archive:<window>:*` is the archive of that window;"
                      + " `archive:pending` and other names under `archive:` without `*` are pending"
                      + " lists, which are drained; all else are patterns of live hashes, which are"
                      + " only read. Where none of `data_patterns`, `patterns`, `lists`, `streams`"
                      + " is there, everything that the data formats know is read."),
              Key.of(
                  "patterns",
                  new Shape.Many(Scalar.text("a channel pattern"), MANY),
                  "Channels that are subscribed to (`PSUBSCRIBE`); the hashes behind them are read"
                      + " after every gap."),
              Key.of(
                  "lists",
                  new Shape.Many(Scalar.text("a key"), MANY),
                  "Further pending lists, which are drained."),
              Key.of(
                  "streams", new Shape.Many(Scalar.text("a key"), MANY), "Streams that are read."),
              Key.of(
                  "snapshot_interval",
                  Scalar.duration("0s", "365d"),
                  "10m",
                  "How often live hashes are sent in full, changed or not.")));

  private static final Shape.Section TAG =
      new Shape.Section(
          List.of(
              Key.needed("name", Scalar.text("a tag's name"), "Name of the tag."),
              Key.of(
                  "source",
                  Scalar.choice("capture", "constant"),
                  "capture",
                  "`capture`: a group of the pattern; `constant`: always the same."),
              Key.of("index", Scalar.number(0, 9), "`capture`: which group; 0 is the whole key."),
              Key.of("value", Scalar.text("a text"), "`constant`: the tag's value.")));

  static final Shape.Section MAPPING =
      new Shape.Section(
          List.of(
              Key.needed(
                  "source_pattern",
                  Scalar.regex(),
                  "Regular expression that the whole key of Redis has to match. Hashes that match"
                      + " are read, whether or not `data_patterns` has them."),
              Key.of(
                  "name",
                  Scalar.name(),
                  "What messages and `/mappings` call it; `m1`, `m2`, ... by default."),
              Key.needed(
                  "measurement",
                  Scalar.text("a name"),
                  "The measurement; `$1` to `$9` are groups of the pattern."),
              Key.of("tags", new Shape.Many(TAG, 50), "The tags."),
              Key.of(
                  "field_mappings",
                  new Shape.Names(Scalar.text("a field's name")),
                  "Point id to field name. `\"*\": direct` keeps the names of all others; without"
                      + " it others are left out, and without `field_mappings` all keep theirs.")));

  static final Shape.Many MAPPINGS = new Shape.Many(MAPPING, MANY);

  private static final Shape.Section CONDITION =
      new Shape.Section(
          List.of(
              Key.needed("field", Scalar.text("a name"), "Name of a tag or field."),
              Key.needed(
                  "operator",
                  Scalar.choice("eq", "ne", "gt", "ge", "lt", "le", "in", "matches"),
                  "How it is compared; `in` takes values separated by `|`, `matches` a regular"
                      + " expression."),
              Key.needed("value", Scalar.text("a value"), "What it is compared with.")));

  static final Shape.Many FILTERS =
      new Shape.Many(
          new Shape.Section(
              List.of(
                  Key.needed(
                      "source",
                      Scalar.text("a pattern of redis.data_patterns or redis.patterns"),
                      "Which of the patterns that are read it is for."),
                  Key.needed(
                      "conditions",
                      new Shape.Many(CONDITION, 50),
                      "All must hold. One on a tag decides on the whole sample, one on a "
                          + "field on that field."))),
          MANY);

  static final Shape.Section AGGREGATION =
      new Shape.Section(
          List.of(
              Key.of(
                  "enabled",
                  Scalar.bool(),
                  "Whether the source connector triggers the aggregation script in Redis once a"
                      + " second. Default: true when the file has `aggregation` or `aggregations`."
                      + " With false the windows are read, and cron triggers."),
              Key.of(
                  "intervals",
                  new Shape.Many(
                      new Shape.Section(
                          List.of(
                              Key.needed(
                                  "name",
                                  Scalar.text("a window's length such as 5s, 1m, 1h"),
                                  "The window as the keys of Redis name it (`archive:<name>:*`)."),
                              Key.of(
                                  "interval",
                                  Scalar.duration("1s", "168h"),
                                  "Its length; has to be what the name says."),
                              Key.of(
                                  "script",
                                  Scalar.text("aggregate_<name>"),
                                  "The script's action; has to be `aggregate_<name>`."))),
                      8),
                  "The windows: `1m` and `5m` where none are named. Each has to be a multiple of"
                      + " the shortest."),
              Key.of(
                  "patterns",
                  new Shape.Many(Scalar.text("a glob without a comma"), MANY),
                  "Globs of the hashes whose points get windows; the source connector writes this"
                      + " and all below into `hissrv:aggregation` in Redis. What is left out stays"
                      + " as it is there."),
              Key.of(
                  "classes",
                  new Shape.Many(Scalar.text("name:from-to or name:id"), MANY),
                  "Names for ranges of point ids, over which each window has figures of their own:"
                      + " `voltage:1-99`."),
              Key.of(
                  "sample_interval",
                  Scalar.duration("1s", "168h"),
                  "Time between two samples, in whole seconds; divides the shortest window."),
              Key.of("ttl", Scalar.duration("1s", "366d"), "How long Redis keeps a window."),
              Key.of(
                  "alive",
                  Scalar.duration("1s", "366d"),
                  "How long a channel with time stamps counts as alive without a new one."),
              Key.of(
                  "alive_unstamped",
                  Scalar.duration("0s", "366d"),
                  "How long a channel without time stamps counts as alive without a change; `0s`"
                      + " for ever."),
              Key.of(
                  "refresh",
                  Scalar.duration("0s", "24h"),
                  "The least time between two searches for keys."),
              Key.of(
                  "slice_us",
                  Scalar.number(100, 1_000_000),
                  "Microseconds after which a call of the script leaves the rest to the next one."),
              Key.of(
                  "pending_max",
                  Scalar.number(1, 1_000_000_000_000L - 1),
                  "Length of `archive:pending` from which on the script's `push_json` refuses.")));

  static final Shape.Many AGGREGATIONS =
      new Shape.Many(
          new Shape.Section(
              List.of(
                  Key.needed("name", Scalar.text("a name"), "What messages call it."),
                  Key.needed(
                      "interval",
                      Scalar.duration("1s", "168h"),
                      "The window's length; it is made like one of `aggregation.intervals`."),
                  Key.needed(
                      "function",
                      Scalar.choice("mean", "min", "max", "last", "count"),
                      "Which value is wanted: it is stored as field `<point>_avg`, `_min`,"
                          + " `_max`, `_last` or `_count` with tag `interval`; a window always"
                          + " has all five."),
                  Key.of(
                      "sources",
                      new Shape.Many(Scalar.choice("telemetry", "inst", "model_data"), 3),
                      "Of which measurements; windows are made of these three."))),
          MANY);

  private DataKeys() {}
}

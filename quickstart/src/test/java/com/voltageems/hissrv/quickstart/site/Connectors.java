package com.voltageems.hissrv.quickstart.site;

import com.voltageems.hissrv.quickstart.Installation;
import com.voltageems.hissrv.testkit.QuestDb;
import com.voltageems.hissrv.testkit.RedisServer;
import java.util.Map;

/** The shipped connectors' settings on a test's servers; each call gives a map of its own. */
public final class Connectors {
  private Connectors() {}

  /** The shipped source, which reports each second. */
  public static Map<String, String> source(Installation installation, RedisServer redis) {
    Map<String, String> source = installation.connectorConfig("redis-source.json");
    source.put("redis.uri", redis.uri());
    source.put("status.interval.ms", "1000");
    return source;
  }

  /** A source of the pending list alone. */
  public static Map<String, String> pending(Installation installation, RedisServer redis) {
    Map<String, String> source = source(installation, redis);
    source.keySet().removeIf(key -> key.startsWith("sources.") && !key.contains(".pending."));
    source.put("sources", "pending");
    source.put("aggregation.enabled", "false");
    return source;
  }

  /** The shipped sink into QuestDB. */
  public static Map<String, String> sink(Installation installation, QuestDb database) {
    Map<String, String> sink = installation.connectorConfig("influx-sink-questdb.json");
    sink.put("influxdb.url", database.url());
    return sink;
  }
}

package com.voltageems.hissrv.quickstart;

import com.voltageems.hissrv.testkit.InfluxDb1;
import com.voltageems.hissrv.testkit.InfluxDb2;
import com.voltageems.hissrv.testkit.QuestDb;
import com.voltageems.hissrv.testkit.Server;
import java.nio.file.Path;
import java.util.Map;

/**
 * The database of a {@link HistorySystem}: a server, and how the others are told of it.
 *
 * @param name for people
 * @param url where it answers
 * @param site its section of hissrv.yml
 * @param sinkFile of {@code connect-configs/}
 * @param sink settings of the sink that the file cannot know
 */
public record HistoryDatabase(
    String name,
    Server server,
    String url,
    String site,
    String sinkFile,
    Map<String, String> sink) {
  private static final String EMS = "ems";

  public HistoryDatabase {
    sink = Map.copyOf(sink);
  }

  /** Started, but may not answer yet; its data is below a folder. */
  public static HistoryDatabase questDb(Path dir) {
    QuestDb server = QuestDb.prepare(dir.resolve("questdb"));
    return new HistoryDatabase(
        "QuestDB",
        server,
        server.url(),
        """
        questdb:
          url: %s
          jdbc_url: %s
        """
            .formatted(server.url(), server.jdbcUrl()),
        "influx-sink-questdb.json",
        Map.of("influxdb.url", server.url()));
  }

  /** Running; its data is below a folder. */
  public static HistoryDatabase influxDb1(Path dir) {
    InfluxDb1 server = InfluxDb1.start(dir.resolve("influxdb"));
    server.create(EMS);
    return new HistoryDatabase(
        "InfluxDB 1",
        server,
        server.url(),
        """
        influxdb:
          version: 1
          url: %s
          database: %s
        """
            .formatted(server.url(), EMS),
        "influx-sink-influxdb1.json",
        Map.of("influxdb.url", server.url(), "influxdb.database", EMS));
  }

  /** Running; its data is below a folder. */
  public static HistoryDatabase influxDb2(Path dir) {
    InfluxDb2 server = InfluxDb2.start(dir.resolve("influxdb2"));
    return new HistoryDatabase(
        "InfluxDB 2",
        server,
        server.url(),
        """
        influxdb:
          url: %s
          org: %s
          bucket: %s
          token: %s
        """
            .formatted(server.url(), InfluxDb2.ORG, InfluxDb2.BUCKET, InfluxDb2.TOKEN),
        "influx-sink.json",
        Map.of(
            "influxdb.url", server.url(),
            "influxdb.org", InfluxDb2.ORG,
            "influxdb.bucket", InfluxDb2.BUCKET,
            "influxdb.token", InfluxDb2.TOKEN));
  }
}

package com.voltageems.hissrv.query.web;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;

/** Answers of {@code /status} that a test cannot easily bring about. */
final class Statuses {
  private static final Instant SEEN = Instant.parse("2026-01-01T00:05:12Z");
  private static final Pattern TIME = Pattern.compile("2026-01-01T[0-9:]+Z");

  static final String FAILED_TASK =
      """
      {"status":"degraded","processed":12345,"failed":3,"queue_size":1042,
       "last_sync":"2026-01-01T00:00:00Z","version":"1",
       "store":{"state":"up","message":"InfluxDB 2.7","since":"2026-01-01T00:00:00Z","age_ms":12},
       "kafka":{"state":"up","message":"3 brokers","since":"2026-01-01T00:00:00Z","age_ms":12,
        "consumer_group":"connect-hissrv-influx-sink","processed":12345},
       "connect":{"state":"down","message":"hissrv-influx-sink task 0 is FAILED",
        "since":"2026-01-01T00:00:00Z","age_ms":12,"connectors":[
         {"name":"hissrv-redis-source","role":"source","state":"RUNNING",
          "tasks":[{"id":0,"state":"RUNNING","worker":"127.0.0.1:8083"}]},
         {"name":"hissrv-influx-sink","role":"sink","state":"RUNNING",
          "tasks":[{"id":0,"state":"FAILED","worker":"127.0.0.1:8083",
           "trace":"org.apache.kafka.connect.errors.ConnectException: Exiting\\n\\tat com.voltageems.X.y(X.java:1)\\nCaused by: org.apache.kafka.common.config.ConfigException: influxdb.token: the database refused the token\\n\\tat com.voltageems.X.z(X.java:2)"}]}]}}
      """;

  /** A raised alert whose receiver refuses it, one of another service, and a dead letter. */
  static final String TROUBLE =
      """
      {"status":"degraded","processed":12345,"failed":1042,"queue_size":0,
       "last_sync":"2026-01-01T00:00:00Z","version":"1",
       "store":{"state":"up","message":"InfluxDB 2.7","since":"2026-01-01T00:00:00Z","age_ms":12},
       "kafka":{"state":"up","message":"3 brokers","since":"2026-01-01T00:00:00Z","age_ms":12,
        "failed":1042,"last_failed":[
         {"time":"2026-01-01T00:00:00Z","connector":"hissrv-influx-sink","topic":"hissrv.live",
          "partition":2,"offset":4711,"reason":"field 'p' is a text"},
         {"time":"2026-01-01T00:00:00Z","connector":null,"topic":null,"partition":null,
          "offset":null,"reason":null}]},
       "site":{"state":"taken"},
       "alerts":[
        {"name":"sync_failure","level":"critical","condition":"failed_count in 1h > 100",
         "state":"raised","since":"2026-01-01T00:00:00Z","value":"1042","receiver":"http://alerts",
         "untold":true,"tries":3,"error":"http://alerts answered 500: no"},
        {"name":"quiet","level":"info","condition":"sync_age > 10m","state":"elsewhere",
         "since":"2026-01-01T00:00:00Z","value":null,"receiver":"http://alerts","untold":false,
         "tries":0,"error":null}]}
      """;

  /** A database that refuses a record, and a list in Redis that cannot be taken from. */
  static final String STUCK =
      """
      {"status":"degraded","processed":1284455,"failed":3,"queue_size":9340,
       "last_sync":"2026-01-01T00:00:00Z","version":"1",
       "store":{"state":"up","message":"InfluxDB 2.7","since":"2026-01-01T00:00:00Z","age_ms":12},
       "kafka":{"state":"up","message":"3 brokers","since":"2026-01-01T00:00:00Z","age_ms":12},
       "connect":{"state":"up","message":"2 connectors, 2 tasks",
        "since":"2026-01-01T00:00:00Z","age_ms":12,"connectors":[
         {"name":"hissrv-redis-source","role":"source","state":"RUNNING",
          "tasks":[{"id":0,"state":"RUNNING","worker":"10.0.0.5:8083","worker_answers":true}]},
         {"name":"hissrv-influx-sink","role":"sink","state":"RUNNING",
          "tasks":[{"id":0,"state":"RUNNING","worker":"10.0.0.5:8083","worker_answers":true}]}]},
       "source":{"state":"degraded","message":"pending is stuck","since":"2026-01-01T00:00:00Z",
        "age_ms":12,"tasks":[{"id":0,"told":"2026-01-01T00:05:00Z","parts":[
         {"name":"live","type":"hash","state":"ok","newest":"2026-01-01T00:05:00Z"},
         {"name":"archive1m","type":"archive","state":"ok","waiting":0,
          "newest":"2026-01-01T00:04:00Z"},
         {"name":"pending","type":"list","state":"stuck","since":"2026-01-01T00:00:10Z",
          "trouble":true,"waiting":9340,"newest":"2026-01-01T00:00:09Z",
          "reason":"READONLY You can't write against a read only replica."}]}]},
       "sink":{"state":"degraded","message":"hissrv.pending partition 1 is stuck",
        "since":"2026-01-01T00:00:00Z","age_ms":12,"processed":1284455,"stuck":[
         {"topic":"hissrv.pending","partition":1,"offset":4711,"since":"2026-01-01T00:00:00Z",
          "stuck_ms":312000,"waiting":9340,"sure":true,"tries":17,
          "reason":"HTTP 500: engine is closed"}]}}
      """;

  /** Clocks that are off, a task that is silent and one that has just been refused once. */
  static final String IMPAIRED =
      """
      {"status":"degraded","processed":1284455,"failed":0,"queue_size":3,
       "last_sync":"2026-01-01T00:00:00Z","version":"1",
       "store":{"state":"degraded","message":"InfluxDB 2.7; its clock is 30 s ahead",
        "since":"2026-01-01T00:00:00Z","age_ms":12},
       "kafka":{"state":"up","message":"3 brokers","since":"2026-01-01T00:00:00Z","age_ms":12},
       "connect":{"state":"degraded","message":"a worker's clock is 30 s ahead",
        "since":"2026-01-01T00:00:00Z","age_ms":12,"connectors":[]},
       "source":{"state":"degraded","message":"task 1 has reported nothing for 5 min",
        "since":"2026-01-01T00:00:00Z","age_ms":12,"tasks":[
         {"id":0,"told":"2026-01-01T00:05:00Z","overdue":false,"parts":[
          {"name":"live","type":"hash","state":"stuck","since":"2026-01-01T00:04:59Z",
           "trouble":false,"waiting":null,"newest":"2026-01-01T00:05:00Z","reason":"LOADING"}]},
         {"id":1,"told":"2026-01-01T00:00:00Z","overdue":true,"parts":[
          {"name":"events","type":"stream","state":"ok","waiting":0,
           "newest":"2026-01-01T00:00:00Z"}]}]},
       "sink":{"state":"up","message":"moves","since":"2026-01-01T00:00:00Z","age_ms":12,
        "processed":1284455,"stuck":[]}}
      """;

  static final String IMPAIRED_HEALTH =
      """
      {"status":"down","version":"1","parts":{
       "store":{"state":"degraded","message":"InfluxDB 2.7; its clock is 30 s ahead"},
       "kafka":{"state":"up","message":"3 brokers"},
       "connect":{"state":"degraded","message":"a worker's clock is 30 s ahead"},
       "source":{"state":"degraded","message":"task 1 has reported nothing for 5 min"},
       "sink":{"state":"up","message":"moves"},
       "alerts":{"state":"degraded","message":"quiet cannot be told"}}}
      """;

  /** A list that is not refused, and of which nothing is read. */
  static final String UNREAD =
      """
      {"status":"degraded","processed":1,"failed":0,"queue_size":0,
       "last_sync":"2026-01-01T00:00:00Z","version":"1",
       "store":{"state":"up","message":"InfluxDB 2.7","since":"2026-01-01T00:00:00Z","age_ms":12},
       "source":{"state":"degraded","message":"pending has read nothing for 5 min",
        "since":"2026-01-01T00:00:00Z","age_ms":12,"tasks":[
         {"id":0,"told":"2026-01-01T00:05:00Z","overdue":false,"parts":[
          {"name":"pending","type":"list","state":"ok","since":"2026-01-01T00:00:10Z",
           "trouble":true,"waiting":9340,"newest":"2026-01-01T00:00:09Z"}]}]}}
      """;

  /** A service without a pipeline; without the bracket that opens it. */
  static final String PLAIN =
      """
      "status":"running","processed":null,"failed":null,"queue_size":null,"last_sync":null,
       "version":"2","store":{"state":"up","message":"QuestDB","since":"2026-01-01T00:00:00Z",
        "age_ms":12}}
      """;

  static final String STUCK_HEALTH =
      """
      {"status":"down","version":"1","parts":{"store":{"state":"up","message":"InfluxDB 2.7"},
       "kafka":{"state":"up","message":"3 brokers"},"connect":{"state":"up","message":""},
       "source":{"state":"degraded","message":"hissrv-redis-source task 0: pending is stuck for 5 min (since 2026-01-01T00:00:10Z): READONLY You can't write against a read only replica.; 9340 wait"},
       "sink":{"state":"degraded","message":"hissrv.pending partition 1 offset 4711 is stuck for 5 min (since 2026-01-01T00:00:00Z): HTTP 500: engine is closed; tried 17 times, 9340 records wait"}}}
      """;

  private Statuses() {}

  /** As a service answers on the design document's retention and downsampling. */
  static final String STORAGE =
      """
      {"managed":true,"mine":true,"message":null,
       "policies":[
        {"name":"realtime","samples":true,"state":"pending","message":"autogen keeps 30d of data; what is older than 7d would be deleted: POST /storage/apply {\\"policy\\":\\"realtime\\",\\"duration\\":\\"7d\\"} does it","wanted":{"duration":"7d","shard_duration":null,"replication":1,"measurements":[]},"actual":[{"place":"autogen","exists":true,"duration":"30d","shard_duration":"7d","bytes":1864412}],"bytes":1864412,"confirm":{"policy":"realtime","duration":"7d"}},
        {"name":"hourly","samples":false,"state":"ok","message":null,"wanted":{"duration":"30d","shard_duration":null,"replication":1,"measurements":[]},"actual":[{"place":"hourly","exists":true,"duration":"30d","shard_duration":"1d","bytes":64412}],"bytes":64412},
        {"name":"daily","samples":false,"state":"ok","message":null,"wanted":{"duration":"365d","shard_duration":null,"replication":1,"measurements":[]},"actual":[{"place":"daily","exists":true,"duration":"365d","shard_duration":"7d","bytes":null}],"bytes":null}],
       "tasks":[
        {"name":"hourly_avg","source":"realtime","target":"hourly","interval":"1h","aggregations":[{"function":"mean","alias":"avg"},{"function":"max","alias":"max"},{"function":"min","alias":"min"},{"function":"count","alias":"count"},{"function":"sum","alias":"sum"}],"state":"ok","message":null,"computed_until":"2026-11-26T06:00:00Z","behind_s":0,"late_data_until":"2026-11-26T06:11:58.169Z","computed":[{"start":"2026-11-21T06:00:00Z","end":"2026-11-26T06:00:00Z"}],"windows":168,"rows":168,"rows_written":120,"failures":0,"left_out":[]},
        {"name":"daily_summary","source":"hourly","target":"daily","interval":"1d","aggregations":[{"function":"mean","alias":"avg"},{"function":"sum","alias":"total"},{"function":"count","alias":"count"}],"state":"ok","message":null,"computed_until":"2026-11-25T16:00:00Z","behind_s":0,"late_data_until":"2026-11-26T06:11:58.169Z","computed":[{"start":"2026-11-22T16:00:00Z","end":"2026-11-25T16:00:00Z"}],"windows":5,"rows":5,"rows_written":3,"failures":0,"left_out":[]}],
       "backfills":[
        {"id":"dc9b6836","task":"hourly_avg","start":"2026-11-01T00:00:00Z","end":"2026-11-21T06:00:00Z","created":"2026-11-26T06:11:58.217Z","state":"running","at":"2026-11-13T15:00:00Z","progress":0.62,"rows_written":303,"message":null}]}
      """;

  /** The same as it is now: its times are those before 00:05:12. */
  static String now(String status) {
    Duration since = Duration.between(SEEN, Instant.now().truncatedTo(ChronoUnit.SECONDS));
    return TIME.matcher(status)
        .replaceAll(time -> Instant.parse(time.group()).plus(since).toString());
  }
}

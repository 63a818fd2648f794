package com.voltageems.hissrv.query.web;

import com.voltageems.hissrv.query.config.ConfigException;
import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.HealthBoard;
import com.voltageems.hissrv.query.health.store.StoreProbe;
import com.voltageems.hissrv.query.http.QueryServer;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.questdb.QuestDbStore;
import com.voltageems.hissrv.query.store.questdb.QuestDbWriter;
import com.voltageems.hissrv.testkit.QuestDb;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Two days of a site in a real QuestDB, and the service in front of it: a sample a minute, one a
 * second in the last ten minutes. The sun shines from six to six with its peak at noon; the chiller
 * says nothing yesterday from 12:00 to 12:40; the breaker opens yesterday at nine for an hour.
 */
final class MadeUpSite implements AutoCloseable {
  static final ZoneId ZONE = ZoneId.of("Asia/Shanghai");
  private static final long MINUTE = 60_000;

  private final QuestDb database;
  private final HistoryStore store;
  private final HealthBoard health;
  private final QueryServer server;
  private final String url;
  private final Instant now;

  /**
   * @param dir for the database
   * @param now the last sample is of this moment
   */
  MadeUpSite(Path dir, Instant now) throws ConfigException {
    this.now = Instant.ofEpochSecond(now.getEpochSecond());
    this.database = QuestDb.start(dir);
    write();
    Map<String, String> texts = settings(database.jdbcUrl());
    QueryConfig config = QueryConfig.of(texts);
    this.store = new QuestDbStore(database.jdbcUrl(), "admin", "quest", 7);
    this.health =
        new HealthBoard(
            List.of(new StoreProbe(store, Duration.ofSeconds(3))),
            Map.of("kafka", QueryConfig.Kafka.NOT_SET),
            Duration.ofSeconds(1),
            Duration.ofSeconds(3),
            Clock.systemUTC());
    health.start();
    this.server = new QueryServer(config, store, health, "test", Clock.systemUTC());
    this.url = "http://127.0.0.1:" + server.start();
  }

  String url() {
    return url;
  }

  QuestDb database() {
    return database;
  }

  /** When the last sample is of, to the second. */
  Instant now() {
    return now;
  }

  /** Midnight at the site, so many days ago. */
  Instant midnight(int daysAgo) {
    return LocalDate.ofInstant(now, ZONE).minusDays(daysAgo).atStartOfDay(ZONE).toInstant();
  }

  /** Settings with a catalogue in two languages. */
  static Map<String, String> settings(String jdbcUrl) {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("http.port", "0");
    texts.put("http.threads", "32");
    texts.put("store.questdb.url", jdbcUrl);
    texts.put("site.name.en", "Harbour site");
    texts.put("site.name.zh", "港区站");
    texts.put("site.timezone", ZONE.getId());
    device(texts, "1001", "Grid meter", "并网电表");
    point(texts, "1001", "1", "Voltage L1", "A 相电压", "V", 1);
    point(texts, "1001", "2", "Voltage L2", "B 相电压", "V", 1);
    point(texts, "1001", "7", "Grid power", "并网功率", "kW", 2);
    point(texts, "1001", "20", "Imported energy", "购电电量", "kWh", 1);
    texts.put("site.channels.1001.points.20.kind", "counter");
    point(texts, "1001", "30", "Breaker", "断路器", "", 0);
    texts.put("site.channels.1001.points.30.kind", "state");
    state(texts, "1001", "30", "0", "open", "分闸");
    state(texts, "1001", "30", "1", "closed", "合闸");
    device(texts, "1002", "PV inverter", "光伏逆变器");
    point(texts, "1002", "1", "PV power", "光伏功率", "kW", 2);
    device(texts, "1003", "Battery", "储能电池");
    point(texts, "1003", "1", "State of charge", "荷电状态", "%", 1);
    point(texts, "1003", "2", "Battery power", "电池功率", "kW", 2);
    device(texts, "1004", "Chiller", "冷水机组");
    point(texts, "1004", "1", "Supply temperature", "供水温度", "°C", 1);
    texts.put("site.channels.1004.points.mode.kind", "state");
    texts.put("site.channels.1004.points.mode.name.en", "Mode");
    texts.put("site.channels.1004.points.mode.name.zh", "模式");
    state(texts, "1004", "mode", "cool", "cooling", "制冷");
    state(texts, "1004", "mode", "idle", "idle", "待机");
    return texts;
  }

  private static void device(Map<String, String> texts, String id, String english, String chinese) {
    texts.put("site.channels." + id + ".name.en", english);
    texts.put("site.channels." + id + ".name.zh", chinese);
  }

  private static void point(
      Map<String, String> texts,
      String device,
      String id,
      String english,
      String chinese,
      String unit,
      int decimals) {
    String prefix = "site.channels." + device + ".points." + id + ".";
    texts.put(prefix + "name.en", english);
    texts.put(prefix + "name.zh", chinese);
    texts.put(prefix + "unit", unit);
    texts.put(prefix + "decimals", Integer.toString(decimals));
  }

  private static void state(
      Map<String, String> texts,
      String device,
      String point,
      String value,
      String english,
      String chinese) {
    String prefix = "site.channels." + device + ".points." + point + ".states." + value + ".";
    texts.put(prefix + "en", english);
    texts.put(prefix + "zh", chinese);
  }

  private void write() {
    QuestDbWriter writer = new QuestDbWriter(database.url());
    List<String> lines = new ArrayList<>();
    long end = now.toEpochMilli();
    long fine = end - 10 * MINUTE;
    for (long time = midnight(2).toEpochMilli(); time < fine; time += MINUTE) {
      sample(lines, time);
    }
    for (long time = fine; time <= end; time += 1000) {
      sample(lines, time);
    }
    writer.write("telemetry", lines);
    List<String> others = new ArrayList<>();
    for (long time = fine; time <= end; time += 1000) {
      others.add("inst,instance=1,type=M 1=" + voltage(time, 1) + " " + time);
    }
    writer.write("inst", others);
  }

  private void sample(List<String> lines, long time) {
    double sun = sun(time);
    double load = 30 + 8 * Math.sin(time / 5.4e6);
    double battery = sun > 25 ? -12 : sun < 1 ? 9 : 0;
    lines.add(
        line(
            "1001",
            "1=%f,2=%f,7=%f,20=%f,30=%d.0",
            time,
            voltage(time, 1),
            voltage(time, 2),
            load - sun - battery,
            (time - midnight(2).toEpochMilli()) / 3.6e6 * 17,
            isOpen(time) ? 0 : 1));
    lines.add(line("1002", "1=%f", time, sun));
    lines.add(
        line("1003", "1=%f,2=%f", time, 55 + 35 * Math.sin(hour(time) / 3.82 - 2.4), battery));
    long noon = midnight(1).toEpochMilli() + 12 * 60 * MINUTE;
    if (time < noon || time >= noon + 40 * MINUTE) {
      lines.add(
          line(
              "1004",
              "1=%f,mode=\"%s\"",
              time,
              7.2 + 0.6 * Math.sin(time / 9e5),
              hour(time) > 8 && hour(time) < 20 ? "cool" : "idle"));
    }
    if (time >= now.toEpochMilli() - 10 * MINUTE && time % MINUTE == 0) {
      lines.add(
          "telemetry,channel=1001,interval=1m 1_avg=230.5,1_min=229.1,1_max=231.7,1_count=60 "
              + time);
    }
  }

  private static String line(String channel, String format, long time, Object... values) {
    return "telemetry,channel="
        + channel
        + ",type=m "
        + String.format(Locale.ROOT, format, values)
        + " "
        + time;
  }

  private static double voltage(long time, int phase) {
    return 230
        + phase * 0.6
        + 2 * Math.sin(time / 4e6 + phase)
        + 0.4 * Math.sin(time / 7e3 + phase);
  }

  /** Kilowatts: yesterday a little more than on the other days. */
  double sun(long time) {
    double height = Math.sin(Math.PI * (hour(time) - 6) / 12);
    boolean yesterday = time >= midnight(1).toEpochMilli() && time < midnight(0).toEpochMilli();
    return height > 0 ? (yesterday ? 48 : 40) * height : 0;
  }

  private boolean isOpen(long time) {
    long nine = midnight(1).toEpochMilli() + 9 * 60 * MINUTE;
    return time >= nine && time < nine + 60 * MINUTE;
  }

  private double hour(long time) {
    return Math.floorMod(time - midnight(2).toEpochMilli(), 24 * 60 * MINUTE) / 3.6e6;
  }

  @Override
  public void close() {
    server.close();
    health.close();
    store.close();
    database.close();
  }

  /** For trying the page by hand: prints the address and stays until it is ended. */
  public static void main(String[] args) throws Exception {
    try (MadeUpSite site =
        new MadeUpSite(Files.createTempDirectory("made-up-site"), Instant.now())) {
      System.out.println(site.url());
      Thread.currentThread().join();
    }
  }
}

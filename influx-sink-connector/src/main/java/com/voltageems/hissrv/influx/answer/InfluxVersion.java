package com.voltageems.hissrv.influx.answer;

/** Which write API the database is spoken to with. */
public enum InfluxVersion {
  /** {@code /api/v2/write}: InfluxDB 2.x, 1.8 and 3, QuestDB. */
  V2("2"),
  /** {@code /write}: InfluxDB 1.x. */
  V1("1");

  private final String setting;

  InfluxVersion(String setting) {
    this.setting = setting;
  }

  /** The value of {@code influxdb.version}. */
  public String setting() {
    return setting;
  }

  /** The one that has this value of {@code influxdb.version}. */
  public static InfluxVersion of(String setting) {
    return setting.equals(V1.setting) ? V1 : V2;
  }
}

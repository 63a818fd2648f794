package com.voltageems.hissrv.influx.answer;

/** The kind of database, which determines the write API to use. */
public enum InfluxVersion {
  /** {@code /api/v2/write} of InfluxDB 2.x, 1.8 and 3. */
  V2("2"),
  /** {@code /write} of InfluxDB 1.x. */
  V1("1"),
  /** {@code /api/v2/write} and {@code /exec} of QuestDB. */
  QUESTDB("questdb");

  private final String setting;

  InfluxVersion(String setting) {
    this.setting = setting;
  }

  /** Returns the value of {@code influxdb.version}. */
  public String setting() {
    return setting;
  }

  /** Returns the version for this value of {@code influxdb.version}. */
  public static InfluxVersion of(String setting) {
    for (InfluxVersion version : values()) {
      if (version.setting.equals(setting)) {
        return version;
      }
    }
    throw new IllegalArgumentException("no such version: " + setting);
  }
}

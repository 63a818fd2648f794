package com.voltageems.hissrv.influx.answer;

/** Which database it is, and with that the write API that it is spoken to with. */
public enum InfluxVersion {
  /** {@code /api/v2/write}: InfluxDB 2.x, 1.8 and 3. */
  V2("2"),
  /** {@code /write}: InfluxDB 1.x. */
  V1("1"),
  /** {@code /api/v2/write} of QuestDB, and its {@code /exec}. */
  QUESTDB("questdb");

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
    for (InfluxVersion version : values()) {
      if (version.setting.equals(setting)) {
        return version;
      }
    }
    throw new IllegalArgumentException("no such version: " + setting);
  }
}

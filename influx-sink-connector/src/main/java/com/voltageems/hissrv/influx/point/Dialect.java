package com.voltageems.hissrv.influx.point;

/** How a database reads line protocol; they differ in what a backslash escapes. */
public enum Dialect {
  /** In names and tags a backslash is itself, unless it stands before a separator. */
  INFLUXDB(", ", ", =", "\"\\"),
  /** A backslash always escapes, and a line break in a text needs one too. */
  QUESTDB(", =\\", ", =\\", "\"\\\n\r");

  private final String inMeasurement;
  private final String inName;
  private final String inText;

  Dialect(String inMeasurement, String inName, String inText) {
    this.inMeasurement = inMeasurement;
    this.inName = inName;
    this.inText = inText;
  }

  /** The characters to escape in a measurement. */
  String inMeasurement() {
    return inMeasurement;
  }

  /** The characters to escape in tags and in fields' names. */
  String inName() {
    return inName;
  }

  /** The characters to escape between quotes. */
  String inText() {
    return inText;
  }
}

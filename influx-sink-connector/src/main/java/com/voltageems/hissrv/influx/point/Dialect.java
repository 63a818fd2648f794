package com.voltageems.hissrv.influx.point;

/** How a database reads line protocol. The dialects differ in what a backslash escapes. */
@SuppressWarnings("ImmutableEnumChecker") // an AsciiSet is two numbers
public enum Dialect {
  /** In names and tags, a backslash is a plain character unless a separator follows it. */
  INFLUXDB(", ", ", =", "\"\\"),
  /** A backslash always escapes, and a line break in a text needs one too. */
  QUESTDB(", =\\", ", =\\", "\"\\\n\r");

  private final AsciiSet inMeasurement;
  private final AsciiSet inName;
  private final AsciiSet inText;

  Dialect(String inMeasurement, String inName, String inText) {
    this.inMeasurement = AsciiSet.of(inMeasurement);
    this.inName = AsciiSet.of(inName);
    this.inText = AsciiSet.of(inText);
  }

  /** Returns the characters to escape in a measurement. */
  AsciiSet inMeasurement() {
    return inMeasurement;
  }

  /** Returns the characters to escape in tags and in fields' names. */
  AsciiSet inName() {
    return inName;
  }

  /** Returns the characters to escape between quotes. */
  AsciiSet inText() {
    return inText;
  }
}

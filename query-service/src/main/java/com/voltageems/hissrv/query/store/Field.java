package com.voltageems.hissrv.query.store;

/** A column of values in a measurement. */
public record Field(String name, Kind kind) {
  /** The kind of a field's values. Only numbers can be averaged. */
  public enum Kind {
    NUMBER,
    /** 64-bit integers, which a floating-point number cannot always represent. */
    INTEGER,
    TEXT,
    /**
     * True or false. If the database cannot store "no value" for it, a missing value reads as
     * false.
     */
    FLAG,
    /**
     * Numbers at some times, texts or flags at others. All of them are read; functions over windows
     * use the numbers and ignore the rest.
     */
    MIXED
  }

  /** Returns true if the field can have numbers among its values. */
  public boolean isNumeric() {
    return kind != Kind.TEXT && kind != Kind.FLAG;
  }
}

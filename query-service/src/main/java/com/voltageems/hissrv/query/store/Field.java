package com.voltageems.hissrv.query.store;

/** A column of values in a measurement. */
public record Field(String name, Kind kind) {
  /** What a field's values are; only numbers can be averaged. */
  public enum Kind {
    NUMBER,
    /** Whole numbers of 64 bits, which a floating-point number cannot always hold. */
    INTEGER,
    TEXT,
    /** True or false. Where the database cannot hold "no value" for it, no value reads as false. */
    FLAG,
    /**
     * Numbers at one time, texts or flags at another. All are read; functions over windows take the
     * numbers and leave the rest out.
     */
    MIXED
  }

  /** Whether there are numbers among its values. */
  public boolean isNumeric() {
    return kind != Kind.TEXT && kind != Kind.FLAG;
  }
}

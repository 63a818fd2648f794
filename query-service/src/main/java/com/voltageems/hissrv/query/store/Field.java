package com.voltageems.hissrv.query.store;

/** A column of values in a measurement. */
public record Field(String name, Kind kind) {
  /** What a field's values are; only numbers can be averaged. */
  public enum Kind {
    NUMBER,
    TEXT,
    /** True or false. Where the database cannot hold "no value" for it, no value reads as false. */
    FLAG
  }
}

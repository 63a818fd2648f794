package com.voltageems.hissrv.influx.batch;

/** Why a record, or a part of it, was not written: for counting. */
public enum RejectReason {
  /** The record cannot become a point: no measurement, no time, another shape. */
  RECORD,
  /** A field cannot be written: its value, or its name in line protocol. */
  FIELD,
  /** The database cannot keep the name, or keeps something else under it. */
  NAME,
  /** The column has another type, or the text is too long for it. */
  COLUMN,
  /** Older, or newer, than what the database keeps. */
  RETENTION,
  /** Of a series that is new to a database which takes no more. */
  SERIES,
  /** Too large for one request. */
  SIZE,
  /** The database fails at it. */
  POISON,
  /** Refused for another reason. */
  OTHER
}

package com.voltageems.hissrv.influx.batch;

/** Why a record, or a part of it, was not written; used for counting. */
public enum RejectReason {
  /** The record cannot become a point: it has no measurement, no time, or another shape. */
  RECORD,
  /** A field cannot be written, because of its value or because of its name in line protocol. */
  FIELD,
  /** The database cannot store the name, or already uses it for something else. */
  NAME,
  /** The column has another type, or the text is too long for it. */
  COLUMN,
  /** The line is older, or newer, than what the database keeps. */
  RETENTION,
  /** The line's series is new, and the database takes no more series. */
  SERIES,
  /** The line is too large for one request. */
  SIZE,
  /** The database fails at the line. */
  POISON,
  /** Refused for another reason. */
  OTHER
}

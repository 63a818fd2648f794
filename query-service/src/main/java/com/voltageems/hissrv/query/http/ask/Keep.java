package com.voltageems.hissrv.query.http.ask;

/** Whether an answer may come from memory and is to be kept there. */
public enum Keep {
  YES,
  NO,
  /** Kept where it is likely to be asked for again. */
  AS_USUAL
}

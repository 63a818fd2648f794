package com.voltageems.hissrv.query.http.ask;

/** Whether an answer may come from memory and is to be kept there. */
public enum Keep {
  YES,
  NO,
  /** The answer is kept if the same question is likely to come again. */
  AS_USUAL
}

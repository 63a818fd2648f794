package com.voltageems.hissrv.redis.source.reader;

import java.util.Locale;

/** Why something was not taken; in the order of the README. */
public enum RejectReason {
  /** An element of a list, or a stream's {@code json}, that is not a sample. */
  ELEMENT,
  WRONG_TYPE,
  /** A message, or a time, that says nothing. */
  NO_SAMPLE,
  NO_JSON,
  NO_FIELD,
  NON_FINITE,
  TOO_LONG,
  /** A key that is too long, or not of the layout. */
  KEY,
  /** A mapping's pattern was given up on it. */
  REGEX,
  /** A keyspace event other than a write to a hash. */
  OTHER_EVENT,
  /** A hash of times or raw numbers. */
  COMPANION,
  /** Redis answered with an error that concerns this source alone. */
  REPLY;

  /** The metric that counts it. */
  String metric() {
    return "rejected-" + name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

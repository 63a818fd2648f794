package com.voltageems.hissrv.redis.source.reader;

import java.util.Locale;

/** Why an input was rejected; in the order of the README. */
public enum RejectReason {
  /** An element of a list, or a stream's {@code json}, that is not a sample. */
  ELEMENT,
  WRONG_TYPE,
  /** A message that contains no sample, or a time that is not one. */
  NO_SAMPLE,
  NO_JSON,
  NO_FIELD,
  NON_FINITE,
  TOO_LONG,
  /** A key that is too long, or that does not follow the layout. */
  KEY,
  /** The pattern of a mapping took too long on it. */
  REGEX,
  /** A keyspace event other than a write to a hash. */
  OTHER_EVENT,
  /** A hash of times or raw numbers. */
  COMPANION,
  /** Redis answered with an error that concerns this source alone. */
  REPLY;

  /** Returns the name of the metric that counts the reason. */
  String metric() {
    return "rejected-" + name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

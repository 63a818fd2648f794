package com.voltageems.hissrv.query.health;

/**
 * Whether the source is to tell its state (docs/status.md), as Connect knows its settings.
 *
 * @param topic its {@code status.topic}; empty where that is not known or where there is none
 */
public record Telling(Kind kind, String topic) {
  /** What is known of it. */
  public enum Kind {
    /** Connect was not asked, or did not tell. */
    UNKNOWN,
    /** There is no such connector. */
    ABSENT,
    /** Its plugin has no such setting. */
    OLDER,
    /** Its {@code status.topic} is set to nothing. */
    OFF,
    ON
  }

  public static final Telling UNKNOWN = new Telling(Kind.UNKNOWN, "");
  public static final Telling ABSENT = new Telling(Kind.ABSENT, "");
  public static final Telling OLDER = new Telling(Kind.OLDER, "");
  public static final Telling OFF = new Telling(Kind.OFF, "");

  public static Telling on(String topic) {
    return new Telling(Kind.ON, topic);
  }
}

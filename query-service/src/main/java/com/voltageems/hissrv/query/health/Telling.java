package com.voltageems.hissrv.query.health;

/**
 * Whether the source reports its state (docs/status.md), according to its settings in Connect.
 *
 * @param topic its {@code status.topic}; empty if unknown or not set
 */
public record Telling(Kind kind, String topic) {
  /** What is known about the setting. */
  public enum Kind {
    /** Connect was not asked, or did not answer. */
    UNKNOWN,
    /** There is no such connector. */
    ABSENT,
    /** The connector's plugin has no such setting. */
    OLDER,
    /** Its {@code status.topic} is empty. */
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

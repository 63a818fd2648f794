package com.voltageems.hissrv.query.completeness;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stretches in which a series kept the same step. They show a change of the step within a day,
 * which the day's median does not show: a site that sampled every other minute until six o'clock
 * and every second since then was complete before six, too.
 */
final class Paces {
  /** This many similar distances in a row begin a pace; this many different ones end it. */
  private static final int IN_A_ROW = 10;

  private static final double ALIKE = 0.1;

  /**
   * A slower pace counts only if it lasted this long, because a device that answers badly also
   * slows down for a while.
   */
  private static final long SLOWER_MICROS = 30 * 60 * 1_000_000L;

  private static final int MOST = 200;

  /**
   * A pace from its first sample to where its next sample would have come.
   *
   * @param keptMicros from its first sample to its last
   */
  record Pace(long fromMicros, long toMicros, long stepMicros, long keptMicros) {
    /** Returns true if the pace counts instead of the usual step of its day. */
    boolean isOdd(long usual) {
      return !alike(stepMicros, usual) && (stepMicros < usual || keptMicros >= SLOWER_MICROS);
    }

    private Pace upTo(long micros) {
      return new Pace(fromMicros, micros, stepMicros, micros - fromMicros);
    }
  }

  private final List<Pace> closed = new ArrayList<>();
  private @Nullable Pace open;
  private long runStep;
  private long runFrom;
  private int run;
  private long missedFrom;
  private int missed;

  /** Adds the next distance. Returns true if it is a step of a pace that has lasted for long. */
  boolean add(long from, long to) {
    long step = to - from;
    if (alike(step, runStep)) {
      run++;
    } else {
      runStep = step;
      runFrom = from;
      run = 1;
    }
    Pace kept = open;
    if (kept != null && alike(step, kept.stepMicros())) {
      missed = 0;
      Pace longer = kept.upTo(to);
      open = longer;
      return longer.keptMicros() >= SLOWER_MICROS;
    }
    missed++;
    if (kept != null) {
      missedFrom = end(kept, from, to);
    }
    if (missed == IN_A_ROW) {
      // If the recent distances are similar, they are a new pace from the first of them on.
      close(run > 1 ? Math.min(missedFrom, runFrom) : missedFrom);
    }
    if (run >= IN_A_ROW) {
      close(runFrom);
      open = new Pace(runFrom, to, runStep, to - runFrom);
      missed = 0;
    }
    return false;
  }

  /**
   * Returns where a pace ends that has missed its step: after the last distance that is too short
   * for one of its silences, or where its next sample would have come.
   */
  private long end(Pace kept, long from, long to) {
    long step = to - from;
    if (step >= kept.stepMicros() && step <= Tally.SILENCE * kept.stepMicros()) {
      return to;
    }
    if (missed > 1) {
      return missedFrom;
    }
    return step < kept.stepMicros() ? from : from + kept.stepMicros();
  }

  private static boolean alike(long step, long other) {
    return Math.abs(step - other) <= ALIKE * other;
  }

  private void close(long at) {
    Pace kept = open;
    if (kept != null && closed.size() < MOST) {
      closed.add(kept.upTo(at));
    }
    open = null;
  }

  /** Returns the paces in the order of time; the last one may have no end. */
  List<Pace> all() {
    List<Pace> found = new ArrayList<>(closed);
    Pace kept = open;
    if (kept != null) {
      found.add(new Pace(kept.fromMicros(), Long.MAX_VALUE, kept.stepMicros(), kept.keptMicros()));
    }
    return found;
  }
}

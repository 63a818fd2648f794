package com.voltageems.hissrv.influx.delivery;

import com.voltageems.hissrv.influx.answer.WriteOutcome;
import com.voltageems.hissrv.influx.point.Point;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Check of points, before they are sent, for anything that the database would silently corrupt. The
 * check uses only a point's names and the types of its fields, so its result holds for all points
 * of the same form.
 */
public interface Screen {
  /** A screen that lets every point pass. */
  Screen NONE =
      new Screen() {
        @Override
        public boolean passes(Point point) {
          return true;
        }

        @Override
        public WriteOutcome learn(Map<String, Set<String>> tags) {
          return new WriteOutcome.Written();
        }

        @Override
        public Verdict judge(Point point) {
          return Verdict.PASSED;
        }
      };

  /**
   * The problems of a point.
   *
   * @param refusal why the whole point is refused; null if it is not
   * @param leftOut the names of the refused fields, each with the reason
   */
  record Verdict(@Nullable String refusal, List<Reason> leftOut) {
    static final Verdict PASSED = new Verdict(null, List.of());

    public Verdict {
      leftOut = List.copyOf(leftOut);
    }

    boolean leavesOut(Point.Field field) {
      return leftOut.stream().anyMatch(reason -> reason.field().equals(field.name()));
    }
  }

  /** The reason why a field is left out. */
  record Reason(String field, String why) {}

  /**
   * Returns whether points of this form are known to be fine, from what was learnt before. Fast.
   */
  boolean passes(Point point);

  /**
   * Asks the database for what {@link #judge} has to know about some measurements.
   *
   * @param tags the measurements, each with the names of the tags that its points have
   */
  WriteOutcome learn(Map<String, Set<String>> tags);

  /** Judges a point of a measurement that was learnt, and remembers its names. */
  Verdict judge(Point point);
}

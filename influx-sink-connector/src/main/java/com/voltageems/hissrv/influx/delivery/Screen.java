package com.voltageems.hissrv.influx.delivery;

import com.voltageems.hissrv.influx.answer.WriteOutcome;
import com.voltageems.hissrv.influx.point.Point;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks at points before they are sent, for what the database would do to them in silence. By their
 * names and the types of their fields alone, so that one point speaks for all of its form.
 */
public interface Screen {
  /** Lets everything pass. */
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
   * What is wrong with a point.
   *
   * @param refusal why the whole point is refused, null when it is not
   * @param leftOut the names of the fields that are refused, each with the reason
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

  /** Why a field is left out. */
  record Reason(String field, String why) {}

  /** Whether such points are known to be all right, by what was learnt before. Quick. */
  boolean passes(Point point);

  /**
   * Asks the database what {@link #judge} has to know of some measurements.
   *
   * @param tags the measurements, each with the names of the tags that its points have
   */
  WriteOutcome learn(Map<String, Set<String>> tags);

  /** Judges a point of a measurement that was learnt, and remembers its names. */
  Verdict judge(Point point);
}

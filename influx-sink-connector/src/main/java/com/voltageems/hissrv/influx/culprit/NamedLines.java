package com.voltageems.hissrv.influx.culprit;

import com.voltageems.hissrv.influx.answer.WriteOutcome.Cause;
import com.voltageems.hissrv.influx.batch.Batch;
import com.voltageems.hissrv.influx.batch.RejectReason;
import com.voltageems.hissrv.influx.point.Point;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Search for whole lines that a refusal names: by a tag, or by their age. */
final class NamedLines {
  private final Refuser refuser;

  NamedLines(Refuser refuser) {
    this.refuser = refuser;
  }

  /** Test whether a line of a batch is to be refused. */
  private interface Guilty {
    boolean test(Batch batch, int index);
  }

  /**
   * Refuses every line that has the tag: without the tag, the line would belong to another series.
   */
  boolean findTagged(Part part, Cause.TagConflict conflict, String reason, Deque<Part> parts) {
    String told = "tag '" + conflict.tag() + "' is refused: " + reason;
    return refuse(
        part, parts, (batch, i) -> isTagged(batch.point(i), conflict), RejectReason.NAME, told);
  }

  private static boolean isTagged(Point point, Cause.TagConflict conflict) {
    return point.measurement().equalsIgnoreCase(conflict.measurement())
        && point.tags().stream().anyMatch(tag -> tag.name().equalsIgnoreCase(conflict.tag()));
  }

  /** Refuses every line that is too old, if the answer tells how old that is. */
  boolean findOld(Part part, Cause.BeyondRetention beyond, String reason, Deque<Part> parts) {
    Long oldest = oldestKept(part.batch(), beyond);
    return oldest != null
        && refuse(
            part,
            parts,
            (batch, i) -> batch.lines().get(i).epochNanos() < oldest,
            RejectReason.RETENTION,
            reason);
  }

  /**
   * Returns the oldest time that passes; null if the answer does not tell it, or no line is older.
   */
  private static @Nullable Long oldestKept(Batch batch, Cause.BeyondRetention beyond) {
    long[] times = batch.lines().stream().mapToLong(Batch.Line::epochNanos).sorted().toArray();
    if (times.length == 1) {
      return times[0] + 1;
    }
    if (beyond.bound() != null) {
      long bound = nanos(beyond.bound());
      return times[0] < bound ? Long.valueOf(bound) : null;
    }
    // The answer tells how many lines are too old: these are the oldest ones, unless one of them
    // has the same time as a line that was kept.
    int dropped = beyond.dropped();
    boolean clear =
        dropped > 0
            && dropped <= times.length
            && (dropped == times.length || times[dropped] > times[dropped - 1]);
    return clear ? Long.valueOf(times[dropped - 1] + 1) : null;
  }

  private static long nanos(Instant time) {
    return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
  }

  /**
   * Refuses the guilty lines of a part, and of everything that is to be sent.
   *
   * @return whether there was a guilty line; if not, nothing has changed
   */
  private boolean refuse(
      Part part, Deque<Part> parts, Guilty guilty, RejectReason kind, String reason) {
    List<Part> cleaned = new ArrayList<>();
    boolean found = clean(part, guilty, kind, reason, cleaned);
    for (Part other : parts) {
      found |= clean(other, guilty, kind, reason, cleaned);
    }
    if (found) {
      parts.clear();
      parts.addAll(cleaned);
    }
    return found;
  }

  private boolean clean(
      Part part, Guilty guilty, RejectReason kind, String reason, List<Part> cleaned) {
    Batch left = part.batch().another();
    for (int i = 0; i < part.size(); i++) {
      if (guilty.test(part.batch(), i)) {
        refuser.line(part.batch().lines().get(i), kind, reason);
      } else {
        left.copy(part.batch(), i);
      }
    }
    if (!left.isEmpty()) {
      cleaned.add(part.with(left));
    }
    return left.size() < part.size();
  }
}

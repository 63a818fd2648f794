package com.voltageems.hissrv.influx.delivery;

import com.voltageems.hissrv.influx.answer.WriteOutcome;
import com.voltageems.hissrv.influx.batch.Batch;
import com.voltageems.hissrv.influx.batch.RejectReason;
import com.voltageems.hissrv.influx.point.Point;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Filter that removes from batches whatever the database would silently corrupt, as judged by a
 * {@link Screen}.
 */
final class Screening {
  private final Screen screen;
  private final Patience patience;
  private final Progress progress;

  Screening(Screen screen, Patience patience, Progress progress) {
    this.screen = screen;
    this.patience = patience;
    this.progress = progress;
  }

  /**
   * Returns the batch without the refused lines and fields, or the batch itself if none of its
   * lines has a new name.
   */
  Batch screened(Batch batch) throws InterruptedException {
    Map<String, Set<String>> tags = newTags(batch);
    if (tags.isEmpty()) {
      return batch;
    }
    learn(batch, tags);
    Batch passed = batch.another();
    for (int i = 0; i < batch.size(); i++) {
      Point names = batch.lines().get(i).unscreened();
      if (names == null || screen.passes(names)) {
        passed.copy(batch, i);
      } else {
        judge(batch, i, names, passed);
      }
    }
    return passed;
  }

  /** Returns the measurements that have new names, each with the tags of the points concerned. */
  private Map<String, Set<String>> newTags(Batch batch) {
    Map<String, Set<String>> tags = new LinkedHashMap<>();
    Set<Point> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Batch.Line line : batch.lines()) {
      Point names = line.unscreened();
      if (names != null && seen.add(names) && !screen.passes(names)) {
        Set<String> of = tags.computeIfAbsent(names.measurement(), name -> new TreeSet<>());
        names.tags().forEach(tag -> of.add(tag.name()));
      }
    }
    return tags;
  }

  private void learn(Batch batch, Map<String, Set<String>> tags) throws InterruptedException {
    long first = progress.nanoTime();
    WriteOutcome learnt = screen.learn(tags);
    for (int attempt = 1; !(learnt instanceof WriteOutcome.Written); attempt++) {
      if (learnt instanceof WriteOutcome.Fatal fatal) {
        throw Patience.fatal(fatal);
      }
      String reason = Patience.reason(learnt);
      patience.check(Duration.ofNanos(progress.nanoTime() - first), reason);
      progress.pause(batch, patience.after(attempt), reason);
      learnt = screen.learn(tags);
    }
  }

  /** Applies the screen's verdict to a line, and appends the rest of the line to {@code passed}. */
  private void judge(Batch batch, int index, Point names, Batch passed) {
    Batch.Line line = batch.lines().get(index);
    Screen.Verdict verdict = screen.judge(names);
    if (verdict.refusal() != null) {
      progress.refused(line.pending(), RejectReason.NAME, verdict.refusal());
      progress.done(List.of(line));
      return;
    }
    if (verdict.leftOut().isEmpty()) {
      passed.copy(batch, index);
      return;
    }
    for (Screen.Reason reason : verdict.leftOut()) {
      progress.refused(
          line.pending(), RejectReason.NAME, "field '" + reason.field() + "' " + reason.why());
    }
    Point left = batch.point(index).only(field -> !verdict.leavesOut(field));
    if (left == null) {
      progress.done(List.of(line));
    } else {
      passed.add(line.pending(), left);
    }
  }
}

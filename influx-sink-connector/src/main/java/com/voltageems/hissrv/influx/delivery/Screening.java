package com.voltageems.hissrv.influx.delivery;

import com.voltageems.hissrv.influx.answer.WriteOutcome;
import com.voltageems.hissrv.influx.batch.Batch;
import com.voltageems.hissrv.influx.batch.RejectReason;
import com.voltageems.hissrv.influx.point.Point;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Takes out of batches what the database would spoil in silence, by what a screen says. */
final class Screening {
  private final Screen screen;
  private final Patience patience;
  private final Progress progress;

  Screening(Screen screen, Patience patience, Progress progress) {
    this.screen = screen;
    this.patience = patience;
    this.progress = progress;
  }

  /** The batch without what was refused; itself when none of its lines has a new name. */
  Batch screened(Batch batch) throws InterruptedException {
    if (!batch.hasNew()) {
      return batch;
    }
    learn(batch, newTags(batch));
    Batch passed = batch.another();
    for (int i = 0; i < batch.size(); i++) {
      if (batch.lines().get(i).isNew()) {
        judge(batch, i, passed);
      } else {
        passed.copy(batch, i);
      }
    }
    return passed;
  }

  /** The measurements that have new names, each with the tags of those points. */
  private static Map<String, Set<String>> newTags(Batch batch) {
    Map<String, Set<String>> tags = new LinkedHashMap<>();
    for (Batch.Line line : batch.lines()) {
      if (line.isNew()) {
        Point point = line.point();
        Set<String> names = tags.computeIfAbsent(point.measurement(), name -> new TreeSet<>());
        point.tags().forEach(tag -> names.add(tag.name()));
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

  /** Does what the screen has found about a line, and appends what is left of it. */
  private void judge(Batch batch, int index, Batch passed) {
    Batch.Line line = batch.lines().get(index);
    Point point = line.point();
    Screen.Verdict verdict = screen.judge(point);
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
    Point left = point.only(field -> !verdict.leavesOut(field));
    if (left == null) {
      progress.done(List.of(line));
    } else {
      passed.add(line.pending(), left, unused -> left);
    }
  }
}

package com.voltageems.hissrv.influx.delivery;

import com.voltageems.hissrv.influx.answer.WriteOutcome;
import com.voltageems.hissrv.influx.batch.Batch;
import com.voltageems.hissrv.influx.culprit.Part;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Sender of parts of a batch, either once or until another try would not change the answer. */
final class Requests {
  private static final String HELD =
      "a request for the same points got no response and may still be executed: newer "
          + "points wait for another write.timeout.ms";

  /**
   * How often in a row a request may get no answer before its lines are sent in smaller ones: a
   * database that has become slow, or whose proxy waits only briefly, may never answer a large one.
   */
  private static final int MOST_UNANSWERED = 2;

  private final InfluxWriter writer;
  private final Patience patience;
  private final Progress progress;
  private final GivenUp givenUp;

  /** The tries without an answer so far, whatever their size; null if the last one got one. */
  private @Nullable Unanswered unanswered;

  /**
   * Tries in a row that got no answer.
   *
   * @param sinceNanos when the first of them began
   */
  private record Unanswered(long sinceNanos, int tries) {}

  Requests(InfluxWriter writer, Patience patience, Progress progress) {
    this.writer = writer;
    this.patience = patience;
    this.progress = progress;
    this.givenUp = new GivenUp(patience.linger());
  }

  /**
   * The outcome of a request, and the lines that were sent: fewer than intended if partitions have
   * moved to another task meanwhile.
   */
  record Answer(Part part, WriteOutcome outcome) {}

  /** Forgets the tries of an earlier batch. */
  void begin() {
    unanswered = null;
  }

  /** Sends, once, the lines that still belong to this task. */
  Answer send(Part part) throws InterruptedException {
    progress.awaitOwnership();
    Batch ours = part.batch().only(line -> !line.pending().tracker().isClosed());
    if (ours.isEmpty()) {
      return new Answer(part.with(ours), new WriteOutcome.Written());
    }
    long start = progress.nanoTime();
    WriteOutcome outcome = writer.write(ours.destination(), ours.array(), ours.byteCount());
    if (!(outcome instanceof WriteOutcome.Retry)) {
      unanswered = null;
    }
    if (outcome instanceof WriteOutcome.Written) {
      progress.written(ours, start, Duration.ofNanos(progress.nanoTime() - start));
      progress.done(ours.lines());
    } else if (outcome instanceof WriteOutcome.Fatal fatal) {
      throw Patience.fatal(fatal);
    } else if (outcome instanceof WriteOutcome.Retry retry && retry.mayHappen()) {
      progress.gaveUp(ours, givenUp.add(ours, progress.nanoTime()));
    }
    return new Answer(part.with(ours), outcome);
  }

  /**
   * Tries until there is an answer that another try of the same lines would not change, or until it
   * is time to search for the line at which the database fails, or to send fewer lines at a time.
   *
   * @param crowded how often in a row there was no room to set a line aside
   */
  Answer attempt(Part part, int crowded) throws InterruptedException {
    letOlderOnesEnd(part);
    progress.awaitOwnership();
    // The time for retries begins here, unless tries of more lines have failed.
    Unanswered before = unanswered;
    long first = before == null ? progress.nanoTime() : before.sinceNanos();
    int failures = 0;
    int silent = 0;
    for (int attempt = before == null ? 1 : before.tries() + 1; ; attempt++) {
      Answer answer = send(part);
      WriteOutcome outcome = answer.outcome();
      Duration asked;
      boolean isolate = false;
      if (outcome instanceof WriteOutcome.Retry retry) {
        // The database was away in between, so failures after that are counted from zero.
        failures = 0;
        silent = retry.mayHappen() ? silent + 1 : 0;
        asked = retry.after();
      } else if (outcome instanceof WriteOutcome.Failed failed) {
        failures++;
        silent = 0;
        isolate = isolates(part, failed, failures);
        asked = failed.after();
      } else {
        return answer;
      }
      String reason = Patience.reason(outcome);
      patience.check(Duration.ofNanos(progress.nanoTime() - first), reason);
      // The search for a line keeps a steady pace; plain retries slow down.
      Duration pause = patience.after(isolate ? 1 + crowded : attempt, asked);
      progress.pause(
          answer.part().batch(), pause, Patience.told(reason, pause, asked, progress.wallMillis()));
      if (isolate) {
        return answer;
      }
      if (silent >= MOST_UNANSWERED && answer.part().size() > 1) {
        unanswered = new Unanswered(first, attempt);
        return answer;
      }
    }
  }

  private void letOlderOnesEnd(Part part) throws InterruptedException {
    for (long wait = givenUp.holds(part.batch(), progress.nanoTime());
        wait > 0;
        wait = givenUp.holds(part.batch(), progress.nanoTime())) {
      progress.hold(part.batch(), Duration.ofNanos(wait), HELD);
    }
  }

  private boolean isolates(Part part, WriteOutcome.Failed failed, int failures) {
    return part.isolating() || failed.namesLine() || failures >= patience.poisonRetries();
  }
}

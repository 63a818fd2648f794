package com.voltageems.hissrv.influx.delivery;

import com.voltageems.hissrv.influx.answer.WriteOutcome;
import com.voltageems.hissrv.influx.batch.Batch;
import com.voltageems.hissrv.influx.batch.Destination;
import com.voltageems.hissrv.influx.batch.RejectReason;
import com.voltageems.hissrv.influx.culprit.Culprits;
import com.voltageems.hissrv.influx.culprit.Part;
import com.voltageems.hissrv.influx.delivery.Requests.Answer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.random.RandomGenerator;
import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;

/**
 * Delivery of the batches of one lane: before {@link #deliver} returns, every line is written,
 * refused with a reason, or set aside.
 *
 * <ul>
 *   <li>A request that may pass later is tried again, with growing pauses, as long as the settings
 *       allow: see {@link Requests}.
 *   <li>A request that is too large is halved, and so is one that gets no answer again.
 *   <li>If the database refuses lines, the guilty ones are found, and the guilty field of a guilty
 *       line: see {@link Culprits}.
 *   <li>If the database fails at a batch again and again, the line at which it fails is found by
 *       halving and set aside. That line is refused once it has failed often enough alone in a
 *       request, each time between other lines that were accepted. The database accepts no line
 *       during an outage, so an outage never gets a line refused.
 * </ul>
 *
 * Lines are written in their order, except those set aside: only lines of the same point wait
 * behind them. Not thread-safe: one thread at a time.
 */
public final class Delivery {
  /** A line of up to this many bytes fits every database and proxy. */
  private static final int SMALL = 16 * 1024;

  /**
   * The most lines in a row that may each be refused alone with nothing written in between. With
   * more of them, the cause is rather the database, or a proxy whose limits have changed.
   */
  private static final int MOST_ALONE = 3;

  private final Progress progress;
  private final Patience patience;
  private final Screening screening;
  private final Requests requests;
  private final Culprits culprits;
  private final Suspects suspects = new Suspects();
  private int crowded;

  /** How many lines have been refused alone since the last time anything was written. */
  private int alone;

  /**
   * The rules for retries.
   *
   * @param retryMaxTime how long one request is retried; null for no limit
   * @param poisonRetries how often a line has to fail alone before it is refused
   * @param linger how long the database may still execute a request that got no answer
   */
  public record Rules(
      Backoff backoff, @Nullable Duration retryMaxTime, int poisonRetries, Duration linger) {}

  public Delivery(Database database, Rules rules, RandomGenerator random, Progress progress) {
    this.progress = progress;
    this.patience = new Patience(rules, random);
    this.screening = new Screening(database.screen(), patience, progress);
    this.requests = new Requests(database.writer(), patience, progress);
    this.culprits = new Culprits(progress);
  }

  /** Returns the lines that are set aside. */
  public Suspects suspects() {
    return suspects;
  }

  /**
   * Delivers a batch: each line is written, refused or set aside.
   *
   * @throws ConnectException if a setting or the database has to be changed, or the time for
   *     retries is over; lines that have no answer by then stay without one
   * @throws InterruptedException if the task stops
   */
  public void deliver(Batch batch) throws InterruptedException {
    requests.begin();
    Deque<Part> parts = new ArrayDeque<>();
    parts.push(Part.of(screening.screened(batch)));
    drain(parts);
  }

  /** Tries the lines set aside that are due; throws the same exceptions as {@link #deliver}. */
  public void retrySuspects() throws InterruptedException {
    drain(new ArrayDeque<>());
  }

  private void drain(Deque<Part> parts) throws InterruptedException {
    List<Unexplained> unexplained = new ArrayList<>();
    boolean anyWritten = false;
    while (true) {
      if (parts.isEmpty() || !suspects.hasRoom()) {
        trySuspects(parts, unexplained);
      }
      if (parts.isEmpty()) {
        break;
      }
      Part next = parts.pop();
      Part part = next.with(suspects.holdBack(next.batch()));
      if (part.size() > 0) {
        Answer answer = requests.attempt(part, crowded);
        // Nothing was sent if all lines belong to another task by now.
        anyWritten |= answer.outcome() instanceof WriteOutcome.Written && answer.part().size() > 0;
        act(answer, parts, unexplained);
      }
    }
    judge(unexplained, anyWritten);
  }

  private void act(Answer answer, Deque<Part> parts, List<Unexplained> unexplained) {
    Part part = answer.part();
    WriteOutcome outcome = answer.outcome();
    if (outcome instanceof WriteOutcome.TooLarge tooLarge) {
      progress.tooLarge(part.size());
      if (part.size() == 1 && part.batch().byteCount() <= SMALL) {
        // A database that refuses even a small line as too large refuses all lines.
        unexplained.add(Unexplained.tooLarge(part, tooLarge.reason()));
      } else if (part.size() == 1) {
        culprits.refuse(part, RejectReason.SIZE, tooLarge.reason());
      } else {
        part.halveOnto(parts, false);
      }
    } else if (outcome instanceof WriteOutcome.Retry) {
      // No answer came, again and again: perhaps one comes for fewer lines.
      progress.tooLarge(part.size());
      part.halveOnto(parts, false);
    } else if (outcome instanceof WriteOutcome.Failed failed) {
      isolate(part, failed, parts);
    } else if (outcome instanceof WriteOutcome.Refused refused) {
      if (refused.cause() instanceof WriteOutcome.Cause.Unknown && part.size() == 1) {
        unexplained.add(Unexplained.unknown(part, refused.reason()));
      } else {
        culprits.find(part, refused, parts);
      }
    }
  }

  /** Halves the part; sets its line aside if only one is left. */
  private void isolate(Part part, WriteOutcome.Failed failed, Deque<Part> parts) {
    if (part.size() > 1) {
      part.halveOnto(parts, true);
    } else if (!suspects.hasRoom()) {
      crowded++;
      parts.push(part);
    } else {
      crowded = 0;
      long now = progress.nanoTime();
      suspects
          .add(part.batch(), failed.reason(), now, progress.wallMillis())
          .failed(failed.reason(), now, false, patience.after(1));
    }
  }

  private void judge(List<Unexplained> unexplained, boolean anyWritten) {
    alone = anyWritten ? 0 : alone + unexplained.size();
    boolean isLone = unexplained.size() == 1 && alone <= MOST_ALONE && progress.hasWritten();
    boolean aboutLines = anyWritten || isLone;
    for (Unexplained each : unexplained) {
      if (!aboutLines) {
        throw each.failure();
      }
      culprits.refuse(each.line(), each.kind(), each.reason());
    }
  }

  /**
   * A line that was refused with an answer of unknown meaning, or as too large although it is
   * small. It is the line's fault only if others pass; if none does, a setting is probably wrong,
   * and no record may be given up because of that.
   *
   * @param how how the line was refused
   * @param advice what to check if a setting is wrong
   */
  private record Unexplained(
      Part line, RejectReason kind, String reason, String how, String advice) {
    static Unexplained unknown(Part line, String reason) {
      return new Unexplained(
          line,
          RejectReason.OTHER,
          reason,
          "with an answer of unknown meaning",
          "check influxdb.url and influxdb.version");
    }

    static Unexplained tooLarge(Part line, String reason) {
      return new Unexplained(
          line,
          RejectReason.SIZE,
          reason,
          "as too large (" + line.batch().byteCount() + " bytes)",
          "check the limits of the proxy before it, and influxdb.url");
    }

    ConnectException failure() {
      return new ConnectException(
          "the database refuses "
              + line.batch().lines().get(0).pending().where()
              + " and all that was sent with it, "
              + how
              + ": "
              + reason
              + "; "
              + advice);
    }
  }

  /**
   * Tries the lines set aside that are due, and refuses those that are proven guilty.
   *
   * @param parts gets the lines that waited behind a line that is done
   */
  private void trySuspects(Deque<Part> parts, List<Unexplained> unexplained)
      throws InterruptedException {
    for (Suspects.Suspect suspect : suspects.list()) {
      Destination destination = suspect.line().destination();
      if (progress.acceptedSince(destination, suspect.failedAt())
          && suspect.othersPass() >= patience.poisonRetries()) {
        release(suspect, parts);
        culprits.refuse(Part.of(suspect.line()), RejectReason.POISON, poison(suspect));
      } else if (suspect.isDue(progress.nanoTime())) {
        trySuspect(suspect, parts, unexplained);
      }
    }
  }

  private static String poison(Suspects.Suspect suspect) {
    return "the database failed at it "
        + suspect.failures()
        + " times by itself (poison.retries), while others were accepted: "
        + suspect.reason();
  }

  private void trySuspect(
      Suspects.Suspect suspect, Deque<Part> parts, List<Unexplained> unexplained)
      throws InterruptedException {
    Answer answer = requests.send(Part.of(suspect.line()));
    WriteOutcome outcome = answer.outcome();
    long now = progress.nanoTime();
    int tries = suspect.failures() + 1;
    if (outcome instanceof WriteOutcome.Retry retry) {
      Duration pause = patience.after(tries, retry.after());
      suspect.later(
          Patience.told(retry.reason(), pause, retry.after(), progress.wallMillis()), now, pause);
    } else if (outcome instanceof WriteOutcome.Failed failed) {
      boolean othersPassed =
          progress.acceptedSince(suspect.line().destination(), suspect.failedAt());
      suspect.failed(failed.reason(), now, othersPassed, patience.after(tries, failed.after()));
    } else {
      release(suspect, parts);
      act(answer, parts, unexplained);
      return;
    }
    patience.check(suspect.failingFor(now), suspect.reason());
    progress.failedAgain(suspect.line(), suspect.reason());
  }

  private void release(Suspects.Suspect suspect, Deque<Part> parts) {
    suspects.remove(suspect);
    if (!suspect.followers().isEmpty()) {
      parts.push(Part.of(suspect.followers()));
    }
  }
}

package com.voltageems.hissrv.influx.delivery;

import com.voltageems.hissrv.influx.answer.WriteOutcome;
import com.voltageems.hissrv.influx.point.Point;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;

/**
 * Brings the batches of one lane to their end: every line is written, refused with a reason, or set
 * aside, before {@link #deliver} returns.
 *
 * <ul>
 *   <li>What may pass later is tried again, with growing pauses, as long as the settings allow.
 *   <li>What is too long is halved.
 *   <li>Of refused lines the guilty ones are found, and of a guilty line the guilty field: see
 *       {@link Culprits}.
 *   <li>Where the database fails at a batch again and again, the line at which it fails is found by
 *       halving and set aside. It is refused once it has failed often enough by itself, each time
 *       between others that were accepted. An outage accepts no line, so nothing is refused for it.
 * </ul>
 *
 * Lines are written in their order, but for those set aside: behind them only lines of the same
 * point wait. For one thread at a time.
 */
public final class Delivery {
  private final InfluxWriter writer;
  private final Screen screen;
  private final Rules rules;
  private final RandomGenerator random;
  private final Progress progress;
  private final Culprits culprits;
  private final Suspects suspects = new Suspects();
  private int fullInARow;

  /**
   * How to repeat.
   *
   * @param retryMaxTime how long one request is retried, null for ever
   * @param poisonRetries how often a line has to fail by itself before it is given up
   */
  public record Rules(Backoff backoff, @Nullable Duration retryMaxTime, int poisonRetries) {}

  public Delivery(
      InfluxWriter writer, Screen screen, Rules rules, RandomGenerator random, Progress progress) {
    this.writer = writer;
    this.screen = screen;
    this.rules = rules;
    this.random = random;
    this.progress = progress;
    this.culprits = new Culprits(progress);
  }

  /** What the one who asked learns, in the thread that delivers. */
  public interface Progress {
    /** A clock for durations. */
    long nanoTime();

    /** The database has these lines, of a request that began at {@code startNanos}. */
    void written(Batch batch, long startNanos, Duration took);

    /** Whether a request that began after this moment has been accepted at the destination. */
    boolean acceptedSince(Destination destination, long nanos);

    /** A line, or a field of it, is refused for good. */
    void refused(OffsetTracker.Pending pending, RejectReason kind, String reason);

    /** These lines are done: nothing of them is left to write. Called once for each line. */
    void done(List<Batch.Line> lines);

    /** One line of this record is two from now on. */
    void split(OffsetTracker.Pending pending);

    /** A request was too long. */
    void tooLarge(int lines);

    /**
     * A request failed and the lane rests; returns when the pause is over.
     *
     * @throws InterruptedException when there is to be no further try
     */
    void pause(Batch batch, Duration pause, String reason) throws InterruptedException;

    /** One of the lines that are set aside has failed again. */
    void failedAgain(Batch line, String reason);

    /** A clock for people, in epoch milliseconds. */
    long wallMillis();

    /** Whether the database has accepted a request of this task before. */
    boolean hasWritten();
  }

  /** The lines that are set aside. */
  public Suspects suspects() {
    return suspects;
  }

  /**
   * Brings a batch to its end.
   *
   * @throws ConnectException when a setting or the database has to be changed, or the time for
   *     retries is over; lines without an answer have none
   * @throws InterruptedException when the task stops
   */
  public void deliver(Batch batch) throws InterruptedException {
    Deque<Part> parts = new ArrayDeque<>();
    parts.push(Part.of(batch.hasNew() ? screened(batch) : batch));
    drain(parts);
  }

  /** Takes out what the database would spoil in silence. */
  private Batch screened(Batch batch) throws InterruptedException {
    learn(batch, newTags(batch));
    Batch passed = batch.another();
    for (int i = 0; i < batch.size(); i++) {
      if (batch.lines().get(i).isNew()) {
        culprits.judged(batch, i, screen.judge(batch.point(i)), passed);
      } else {
        passed.copy(batch, i);
      }
    }
    return passed;
  }

  /** The measurements that have new names, each with the tags of those points. */
  private static Map<String, Set<String>> newTags(Batch batch) {
    Map<String, Set<String>> tags = new LinkedHashMap<>();
    for (int i = 0; i < batch.size(); i++) {
      if (batch.lines().get(i).isNew()) {
        Point point = batch.point(i);
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
        throw fatal(fatal);
      }
      String reason = reason(learnt);
      checkTime(Duration.ofNanos(progress.nanoTime() - first), reason);
      progress.pause(batch, rules.backoff().after(attempt, random), reason);
      learnt = screen.learn(tags);
    }
  }

  private static ConnectException fatal(WriteOutcome.Fatal fatal) {
    return new ConnectException("the database refuses every write: " + fatal.reason());
  }

  /** Tries those of the lines set aside whose time has come; throws as {@link #deliver} does. */
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
        Answer answer = attempt(part);
        anyWritten |= answer.outcome() instanceof WriteOutcome.Written;
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
      if (part.size() == 1) {
        culprits.refuse(part, RejectReason.SIZE, tooLarge.reason());
      } else {
        part.halveOnto(parts, false);
      }
    } else if (outcome instanceof WriteOutcome.Failed failed) {
      if (part.size() > 1) {
        part.halveOnto(parts, true);
      } else if (!suspects.hasRoom()) {
        fullInARow++;
        parts.push(part);
      } else {
        fullInARow = 0;
        long now = progress.nanoTime();
        suspects
            .add(part.batch(), failed.reason(), now, progress.wallMillis())
            .failed(failed.reason(), now, false, rules.backoff().after(1, random));
      }
    } else if (outcome instanceof WriteOutcome.Refused refused) {
      if (refused.cause() instanceof WriteOutcome.Cause.Unknown && part.size() == 1) {
        unexplained.add(new Unexplained(part, refused.reason()));
      } else {
        culprits.find(part, refused, parts);
      }
    }
  }

  private void judge(List<Unexplained> unexplained, boolean anyWritten) {
    boolean aboutLines = anyWritten || (unexplained.size() == 1 && progress.hasWritten());
    for (Unexplained each : unexplained) {
      if (!aboutLines) {
        throw each.failure();
      }
      culprits.refuse(each.line(), RejectReason.OTHER, each.reason());
    }
  }

  /**
   * A line that was refused with an answer of unknown meaning. Only if others pass is it the line's
   * fault; if none does it is rather a wrong setting, and records must not be given up for it.
   */
  private record Unexplained(Part line, String reason) {
    ConnectException failure() {
      return new ConnectException(
          "the database refuses "
              + line.batch().lines().get(0).pending().where()
              + " and all that was sent with it, with an answer of unknown meaning: "
              + reason
              + "; check influxdb.url and influxdb.version");
    }
  }

  /** What was answered, and to which lines: partitions may have gone since. */
  private record Answer(Part part, WriteOutcome outcome) {}

  /** Tries until there is an answer that a further try of the same lines would not change. */
  private Answer attempt(Part part) throws InterruptedException {
    long first = progress.nanoTime();
    int failures = 0;
    for (int attempt = 1; ; attempt++) {
      Answer answer = send(part);
      WriteOutcome outcome = answer.outcome();
      Duration asked;
      boolean isolate = false;
      if (outcome instanceof WriteOutcome.Retry retry) {
        // The database was away in between: whatever fails after that is counted anew.
        failures = 0;
        asked = retry.after();
      } else if (outcome instanceof WriteOutcome.Failed failed) {
        failures++;
        isolate = isolates(part, failed, failures);
        asked = failed.after();
      } else {
        return answer;
      }
      String reason = reason(outcome);
      checkTime(Duration.ofNanos(progress.nanoTime() - first), reason);
      // A search goes on at a steady pace; a repetition slows down.
      Duration pause = rules.backoff().after(isolate ? 1 + fullInARow : attempt, random);
      progress.pause(answer.part().batch(), longer(pause, asked), reason);
      if (isolate) {
        return answer;
      }
    }
  }

  private boolean isolates(Part part, WriteOutcome.Failed failed, int failures) {
    return part.isolating() || failed.namesLine() || failures >= rules.poisonRetries();
  }

  private static Duration longer(Duration pause, @Nullable Duration asked) {
    return asked != null && asked.compareTo(pause) > 0 ? asked : pause;
  }

  private static String reason(WriteOutcome outcome) {
    return outcome instanceof WriteOutcome.Retry retry
        ? retry.reason()
        : ((WriteOutcome.Failed) outcome).reason();
  }

  private void checkTime(Duration tried, String reason) {
    Duration most = rules.retryMaxTime();
    if (most != null && tried.compareTo(most) >= 0) {
      throw new ConnectException(
          "gave up after " + tried.toMillis() + " ms of retries (retry.max.time.ms): " + reason);
    }
  }

  /** Sends once what still belongs to this task. */
  private Answer send(Part part) {
    Batch ours = part.batch().only(line -> !line.pending().tracker().isClosed());
    if (ours.isEmpty()) {
      return new Answer(part.with(ours), new WriteOutcome.Written());
    }
    long start = progress.nanoTime();
    WriteOutcome outcome = writer.write(ours.destination(), ours.array(), ours.byteCount());
    if (outcome instanceof WriteOutcome.Written) {
      progress.written(ours, start, Duration.ofNanos(progress.nanoTime() - start));
      progress.done(ours.lines());
    } else if (outcome instanceof WriteOutcome.Fatal fatal) {
      throw fatal(fatal);
    }
    return new Answer(part.with(ours), outcome);
  }

  /**
   * Tries the lines set aside that are due, and gives up those that are proven guilty.
   *
   * @param parts gets what waited behind a line that is done
   */
  private void trySuspects(Deque<Part> parts, List<Unexplained> unexplained) {
    for (Suspects.Suspect suspect : suspects.list()) {
      Destination destination = suspect.line().destination();
      if (progress.acceptedSince(destination, suspect.failedAt())
          && suspect.othersPass() >= rules.poisonRetries()) {
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
      Suspects.Suspect suspect, Deque<Part> parts, List<Unexplained> unexplained) {
    Answer answer = send(Part.of(suspect.line()));
    WriteOutcome outcome = answer.outcome();
    long now = progress.nanoTime();
    Duration pause = rules.backoff().after(suspect.failures() + 1, random);
    if (outcome instanceof WriteOutcome.Retry retry) {
      suspect.later(retry.reason(), now, longer(pause, retry.after()));
    } else if (outcome instanceof WriteOutcome.Failed failed) {
      boolean othersPassed =
          progress.acceptedSince(suspect.line().destination(), suspect.failedAt());
      suspect.failed(failed.reason(), now, othersPassed, longer(pause, failed.after()));
    } else {
      release(suspect, parts);
      act(answer, parts, unexplained);
      return;
    }
    checkTime(suspect.failingFor(now), suspect.reason());
    progress.failedAgain(suspect.line(), suspect.reason());
  }

  private void release(Suspects.Suspect suspect, Deque<Part> parts) {
    suspects.remove(suspect);
    if (!suspect.followers().isEmpty()) {
      parts.push(Part.of(suspect.followers()));
    }
  }
}

package com.voltageems.hissrv.influx.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.influx.answer.WriteOutcome;
import com.voltageems.hissrv.influx.batch.Batch;
import com.voltageems.hissrv.influx.batch.Destination;
import com.voltageems.hissrv.influx.batch.OffsetTracker;
import com.voltageems.hissrv.influx.batch.RejectReason;
import com.voltageems.hissrv.influx.point.Dialect;
import com.voltageems.hissrv.influx.point.FieldValue;
import com.voltageems.hissrv.influx.point.LineForm;
import com.voltageems.hissrv.influx.point.Point;
import com.voltageems.hissrv.influx.point.Precision;
import com.voltageems.hissrv.influx.sink.TestRecords;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random batches against a database with random faults: every field is stored or refused. */
class DeliveryTest {
  private static final Destination EMS = new Destination("ems", null);

  /** Database that refuses some fields, some lines and large requests, and fails now and then. */
  private static final class FaultyDatabase implements InfluxWriter {
    final Set<String> stored = new LinkedHashSet<>();
    final Set<String> badFields = new HashSet<>();
    final Set<Long> badTimes = new HashSet<>();
    final SplittableRandom random;
    final boolean keepsTheGood;
    final boolean names;
    final int mostLines;

    FaultyDatabase(SplittableRandom random) {
      this.random = random;
      this.keepsTheGood = random.nextBoolean();
      this.names = random.nextBoolean();
      this.mostLines = 1 + random.nextInt(60);
    }

    @Override
    public WriteOutcome write(Destination destination, byte[] lines, int length) {
      String[] all = new String(lines, 0, length - 1, StandardCharsets.UTF_8).split("\n", -1);
      if (random.nextInt(5) == 0) {
        return new WriteOutcome.Retry(null, "busy");
      }
      if (all.length > mostLines) {
        return new WriteOutcome.TooLarge("too large");
      }
      WriteOutcome refusal = null;
      List<String> good = new ArrayList<>();
      for (String line : all) {
        WriteOutcome flaw = flaw(line);
        if (flaw == null) {
          good.addAll(fields(line));
        } else if (refusal == null) {
          refusal = flaw;
        }
      }
      if (refusal == null || keepsTheGood) {
        stored.addAll(good);
      }
      return refusal == null ? new WriteOutcome.Written() : refusal;
    }

    private @Nullable WriteOutcome flaw(String line) {
      String[] parts = line.split(" ", -1);
      if (badTimes.contains(Long.parseLong(parts[2]))) {
        return new WriteOutcome.Refused(new WriteOutcome.Cause.Line(), "bad line");
      }
      for (String field : parts[1].split(",", -1)) {
        String name = field.substring(0, field.indexOf('='));
        boolean text = field.endsWith("\"");
        if (badFields.contains(name) && text) {
          return new WriteOutcome.Refused(
              new WriteOutcome.Cause.FieldConflict(
                  names
                      ? List.of(
                          new WriteOutcome.Column(
                              "m",
                              name,
                              FieldValue.Kind.STRING,
                              -1,
                              false,
                              WriteOutcome.Scope.SHARD))
                      : List.of(),
                  0),
              "conflict");
        }
      }
      return null;
    }

    @Override
    public void close() {}
  }

  /** Returns {@code time/field} for each field of a line. */
  private static List<String> fields(String line) {
    String[] parts = line.split(" ", -1);
    List<String> fields = new ArrayList<>();
    for (String field : parts[1].split(",", -1)) {
      fields.add(parts[2] + "/" + field);
    }
    return fields;
  }

  /** Counts what the delivery reports. */
  private static class Counting implements Progress {
    @Override
    public void awaitOwnership() {}

    final Set<Long> refused = new HashSet<>();
    final Map<Long, Integer> open = new HashMap<>();
    boolean written;

    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public long wallMillis() {
      return 0;
    }

    @Override
    public void written(Batch batch, long startNanos, Duration took) {
      written = true;
    }

    @Override
    public boolean acceptedSince(Destination destination, long nanos) {
      return false;
    }

    @Override
    public void failedAgain(Batch line, String reason) {}

    @Override
    public void refused(OffsetTracker.Pending pending, RejectReason kind, String reason) {
      refused.add(pending.record().kafkaOffset());
    }

    @Override
    public void done(List<Batch.Line> lines) {
      lines.forEach(line -> open.merge(line.pending().record().kafkaOffset(), -1, Integer::sum));
    }

    @Override
    public void split(OffsetTracker.Pending pending) {
      open.merge(pending.record().kafkaOffset(), 1, Integer::sum);
    }

    @Override
    public void tooLarge(int lines) {}

    @Override
    public void pause(Batch batch, Duration pause, String reason) {}

    @Override
    public void hold(Batch batch, Duration pause, String reason) {}

    @Override
    public void gaveUp(Batch batch, long until) {}

    @Override
    public boolean hasWritten() {
      return written;
    }
  }

  @Test
  void everyField_isStoredOrItsRecordRefused() throws InterruptedException {
    for (int seed = 0; seed < 500; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      FaultyDatabase database = new FaultyDatabase(random);
      Counting progress = new Counting();
      OffsetTracker tracker = new OffsetTracker(new TopicPartition("t", 0), 0);
      Batch batch = new Batch(EMS, new LineForm(Dialect.INFLUXDB, Precision.MS));
      Set<String> expected = new LinkedHashSet<>();
      Set<Long> guilty = new HashSet<>();
      if (random.nextBoolean()) {
        database.badFields.add("f1");
      }
      int size = 1 + random.nextInt(100);
      for (int i = 0; i < size; i++) {
        Point point = randomPoint(random, i);
        boolean badLine = random.nextInt(10) == 0;
        if (badLine) {
          database.badTimes.add((long) i);
          guilty.add((long) i);
        }
        for (Point.Field field : point.fields()) {
          boolean text = field.value() instanceof FieldValue.Text;
          if (text && database.badFields.contains(field.name())) {
            guilty.add((long) i);
          } else if (!badLine) {
            expected.add(i + "/" + field.name() + "=" + (text ? "\"x\"" : "1"));
          }
        }
        progress.open.put((long) i, 1);
        batch.add(tracker.add(TestRecords.record(null, i)), point);
      }

      delivery(database, random, progress).deliver(batch);

      assertThat(database.stored).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(expected);
      assertThat(progress.refused).as("seed %d", seed).isEqualTo(guilty);
      assertThat(progress.open.values()).as("seed %d", seed).containsOnly(0);
      if (!database.keepsTheGood) {
        // Nothing was stored twice or out of order.
        assertThat(database.stored.stream().map(text -> Long.parseLong(text.split("/", -1)[0])))
            .as("seed %d", seed)
            .isSorted();
      }
    }
  }

  private static Delivery delivery(
      InfluxWriter database, SplittableRandom random, Progress progress) {
    return new Delivery(
        new Database(database, Screen.NONE),
        new Delivery.Rules(
            new Backoff(Duration.ofMillis(1), Duration.ofMillis(1)), null, 3, Duration.ofMillis(1)),
        random,
        progress);
  }

  /** InfluxDB 1 near its limit of series: it takes all new series of a request, or none. */
  private static final class FullIndex implements InfluxWriter {
    final Set<String> series = new HashSet<>();
    final Set<String> stored = new HashSet<>();
    int room;
    int requests;

    /**
     * The length of a shard. An answer counts only what one shard dropped, even if others dropped
     * lines too.
     */
    long shardMillis = Long.MAX_VALUE;

    @Override
    public WriteOutcome write(Destination destination, byte[] lines, int length) {
      requests++;
      List<String> all =
          List.of(new String(lines, 0, length - 1, StandardCharsets.UTF_8).split("\n", -1));
      Set<String> fresh = new HashSet<>();
      all.forEach(line -> fresh.add(line.substring(0, line.indexOf(' '))));
      fresh.removeAll(series);
      // The limit counts each line of a new series, as if each had a series of its own.
      long counted =
          all.stream().filter(line -> fresh.contains(line.substring(0, line.indexOf(' ')))).count();
      if (counted <= room) {
        series.addAll(fresh);
        room -= fresh.size();
        fresh.clear();
      }
      Map<Long, Integer> dropped = new TreeMap<>();
      for (String line : all) {
        if (fresh.contains(line.substring(0, line.indexOf(' ')))) {
          long time = Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
          dropped.merge(time / shardMillis, 1, Integer::sum);
        } else {
          stored.add(line);
        }
      }
      return dropped.isEmpty()
          ? new WriteOutcome.Written()
          : new WriteOutcome.Refused(
              new WriteOutcome.Cause.SeriesLimit(dropped.values().iterator().next()), "full");
    }

    @Override
    public void close() {}
  }

  /**
   * Before, each line of a new series was searched for separately, without end, and live data
   * waited behind.
   */
  @Test
  void seriesThatTheDatabaseTakesNoMore_costFewRequests() throws InterruptedException {
    int channels = 100;
    FullIndex database = new FullIndex();
    Counting progress = new Counting();
    Delivery delivery = delivery(database, new SplittableRandom(1), progress);
    OffsetTracker tracker = new OffsetTracker(new TopicPartition("t", 0), 0);
    for (int i = 0; i < channels; i += 2) {
      database.series.add("m,channel=" + i);
    }
    database.room = 1;
    long offset = 0;
    List<Integer> requests = new ArrayList<>();
    for (int round = 0; round < 110; round++) {
      if (round == 3) {
        assertThat(database.stored).hasSize(3 * 510);
        assertThat(progress.refused).hasSize(3 * 490);
        // After a while, the sink finds that there is room for one more.
        database.room = 1;
      }
      database.requests = 0;
      Batch batch = new Batch(EMS, new LineForm(Dialect.INFLUXDB, Precision.MS));
      for (int i = 0; i < 1000; i++, offset++) {
        progress.open.put(offset, 1);
        batch.add(
            tracker.add(TestRecords.record(null, offset)),
            new Point(
                "m",
                List.of(new Point.Tag("channel", Integer.toString(i % channels))),
                List.of(new Point.Field("v", new FieldValue.Float64(1))),
                offset * 1_000_000));
      }
      delivery.deliver(batch);
      requests.add(database.requests);
    }
    assertThat(progress.open.values()).containsOnly(0);
    assertThat(database.stored).hasSize(110_000 - progress.refused.size());
    assertThat(database.series).hasSize(52);
    assertThat(requests.get(0)).isLessThan(4 * channels);
    assertThat(requests.subList(1, 100)).containsOnly(3);
    assertThat(requests.stream().filter(count -> count > 3)).hasSize(2);
  }

  /**
   * Late lines belong to older shards, and InfluxDB 1 only tells what one of the shards dropped.
   */
  @Test
  void newSeriesInSeveralShards_costFewRequestsToo() throws InterruptedException {
    FullIndex database = new FullIndex();
    database.shardMillis = 1_000_000;
    Counting progress = new Counting();
    OffsetTracker tracker = new OffsetTracker(new TopicPartition("t", 0), 0);
    Batch batch = new Batch(EMS, new LineForm(Dialect.INFLUXDB, Precision.MS));
    for (int i = 0; i < 1000; i++) {
      progress.open.put((long) i, 1);
      batch.add(
          tracker.add(TestRecords.record(null, i)),
          new Point(
              "m",
              List.of(),
              List.of(new Point.Field("v", new FieldValue.Float64(1))),
              (i % 4 * 1_000_000L + i) * 1_000_000));
    }
    delivery(database, new SplittableRandom(1), progress).deliver(batch);
    assertThat(progress.refused).hasSize(1000);
    assertThat(progress.open.values()).containsOnly(0);
    assertThat(database.requests).isLessThan(20);
  }

  /** Answers in time only if a request has few lines. */
  private static final class SlowDatabase implements InfluxWriter {
    final List<String> stored = new ArrayList<>();
    int mostLines;
    int requests;

    SlowDatabase(int mostLines) {
      this.mostLines = mostLines;
    }

    @Override
    public WriteOutcome write(Destination destination, byte[] lines, int length) {
      requests++;
      String[] all = new String(lines, 0, length - 1, StandardCharsets.UTF_8).split("\n", -1);
      if (all.length > mostLines) {
        return new WriteOutcome.Retry(null, "no answer within 30000 ms", null, true);
      }
      stored.addAll(List.of(all));
      return new WriteOutcome.Written();
    }

    @Override
    public void close() {}
  }

  private static Batch batch(int size) {
    OffsetTracker tracker = new OffsetTracker(new TopicPartition("t", 0), 0);
    Batch batch = new Batch(EMS, new LineForm(Dialect.INFLUXDB, Precision.MS));
    for (int i = 0; i < size; i++) {
      batch.add(tracker.add(TestRecords.record(null, i)), randomPoint(new SplittableRandom(i), i));
    }
    return batch;
  }

  private static List<Long> times(List<String> lines) {
    return lines.stream()
        .map(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
        .toList();
  }

  /** It would be repeated for ever, and nothing written, although the database works. */
  @Test
  void requestThatGetsNoAnswer_isHalved() throws InterruptedException {
    SlowDatabase database = new SlowDatabase(100);
    List<Integer> shorter = new ArrayList<>();
    Counting progress =
        new Counting() {
          @Override
          public void tooLarge(int lines) {
            shorter.add(lines);
          }
        };

    delivery(database, new SplittableRandom(1), progress).deliver(batch(1000));

    assertThat(times(database.stored)).hasSize(1000).isSorted().doesNotHaveDuplicates();
    assertThat(progress.refused).isEmpty();
    assertThat(database.requests).isLessThan(60);
    assertThat(shorter).startsWith(1000, 500, 250, 125);
  }

  @Test
  void outageWithoutAnswers_costsNothing() throws InterruptedException {
    SlowDatabase database = new SlowDatabase(0);
    Counting progress =
        new Counting() {
          @Override
          public void pause(Batch batch, Duration pause, String reason) {
            if (database.requests == 200) {
              database.mostLines = 1_000_000;
            }
          }
        };

    delivery(database, new SplittableRandom(1), progress).deliver(batch(1000));

    assertThat(times(database.stored)).hasSize(1000).isSorted().doesNotHaveDuplicates();
    assertThat(progress.refused).isEmpty();
    assertThat(database.requests).as("it was one line at a time at last").isLessThan(220);
  }

  /** Otherwise a server that is down would be asked as if each half were a new failure. */
  @Test
  void pauses_growOverAllSizes_andBeginAnewWithTheNextBatch() throws InterruptedException {
    SlowDatabase database = new SlowDatabase(0);
    List<Duration> pauses = new ArrayList<>();
    Counting progress =
        new Counting() {
          @Override
          public void pause(Batch batch, Duration pause, String reason) {
            pauses.add(pause);
            if (database.requests >= 14) {
              database.mostLines = 1_000_000;
            }
          }
        };
    Delivery delivery =
        new Delivery(
            new Database(database, Screen.NONE),
            new Delivery.Rules(
                new Backoff(Duration.ofMillis(100), Duration.ofDays(1)), null, 3, Duration.ZERO),
            new SplittableRandom(1),
            progress);

    delivery.deliver(batch(1000));
    assertThat(pauses).hasSize(14);
    assertThat(pauses.get(13)).isGreaterThan(Duration.ofMinutes(5));

    pauses.clear();
    database.requests = 13;
    database.mostLines = 0;
    delivery.deliver(batch(1000));
    assertThat(pauses).hasSize(1);
    assertThat(pauses.get(0)).isLessThanOrEqualTo(Duration.ofMillis(100));
  }

  @Test
  void timeForRetries_isThatOfAllSizes() {
    SlowDatabase database = new SlowDatabase(0);
    Duration[] now = {Duration.ZERO};
    Counting progress =
        new Counting() {
          @Override
          public long nanoTime() {
            return now[0].toNanos();
          }

          @Override
          public void pause(Batch batch, Duration pause, String reason) {
            now[0] = now[0].plusSeconds(30);
          }
        };
    Delivery delivery =
        new Delivery(
            new Database(database, Screen.NONE),
            new Delivery.Rules(
                new Backoff(Duration.ofMillis(1), Duration.ofMillis(1)),
                Duration.ofMinutes(5),
                3,
                Duration.ofMillis(1)),
            new SplittableRandom(1),
            progress);

    assertThatThrownBy(() -> delivery.deliver(batch(1000)))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("gave up after 300000 ms of retries (retry.max.time.ms)");
  }

  /**
   * If a partition goes to another task, its lines are no longer sent here: that proves nothing.
   */
  @Test
  void linesThatNobodySendsAnyMore_proveNothing() {
    OffsetTracker gone = new OffsetTracker(new TopicPartition("t", 0), 0);
    OffsetTracker ours = new OffsetTracker(new TopicPartition("t", 1), 0);
    InfluxWriter proxy =
        new InfluxWriter() {
          @Override
          public WriteOutcome write(Destination destination, byte[] lines, int length) {
            gone.close();
            return new WriteOutcome.TooLarge("too large");
          }

          @Override
          public void close() {}
        };
    Batch batch = new Batch(EMS, new LineForm(Dialect.INFLUXDB, Precision.MS));
    SplittableRandom random = new SplittableRandom(1);
    Point point = randomPoint(random, 1);
    batch.add(gone.add(TestRecords.record(null, 0)), point);
    batch.add(ours.add(TestRecords.record(null, 0)), point);
    Counting progress = new Counting();
    Delivery delivery = delivery(proxy, random, progress);
    assertThatThrownBy(() -> delivery.deliver(batch))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("check the limits of the proxy");
    assertThat(progress.refused).isEmpty();
  }

  private static Point randomPoint(SplittableRandom random, int time) {
    List<Point.Field> fields = new ArrayList<>();
    int count = 1 + random.nextInt(5);
    for (int f = 0; f < count; f++) {
      fields.add(
          new Point.Field(
              "f" + f,
              random.nextInt(4) == 0 ? new FieldValue.Text("x") : new FieldValue.Float64(1)));
    }
    return new Point("m", List.of(), fields, time * 1_000_000L);
  }
}

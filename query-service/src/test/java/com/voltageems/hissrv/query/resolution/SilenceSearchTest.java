package com.voltageems.hissrv.query.resolution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.query.completeness.SampleSink;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.FakeStore;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.Point;
import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.Series;
import com.voltageems.hissrv.query.store.StoreException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SilenceSearchTest {
  private static final long HOUR = 3_600_000;
  private static final long T = 1_700_000_000_000L / HOUR * HOUR;

  private final List<String> seen = new ArrayList<>();
  private int asked;
  private @Nullable Long expired;

  private static SampleSink.Doubt doubt(long fromHour, long toHour) {
    return new SampleSink.Doubt(List.of("1"), T + fromHour * HOUR, T + toHour * HOUR, 1_000_000);
  }

  private void look(Deadline deadline, Supplier<HistoryAnswer> answer, SampleSink.Doubt... doubts) {
    FakeStore store =
        new FakeStore(
            () -> {
              asked++;
              return answer.get();
            });
    new SilenceSearch(
            store,
            new Selection(FakeStore.MEASUREMENT, List.of(), T, T + 1000 * HOUR),
            FakeStore.MEASUREMENT.fields(),
            expired,
            deadline)
        .look(new Sink(List.of(doubts)));
  }

  private static HistoryAnswer onePoint() {
    return onePoint(T);
  }

  private static HistoryAnswer onePoint(long time) {
    return new HistoryAnswer(
        List.of(new Series(Map.of("ch", "1"), List.of(new Point(time * 1000, List.of(1.0, "x"))))),
        false);
  }

  @Test
  void stretches_areReadAsLongAsHoursAreLeft_theShorterOnesToo() {
    Deadline soon = Deadline.in(Duration.ofMinutes(1));
    look(soon, SilenceSearchTest::onePoint, doubt(900, 902), doubt(100, 300), doubt(1, 3));

    assertThat(seen).containsExactly("900..902: 1", "1..3: 1");
  }

  /** What was deleted before the first sample that is left is no silence. */
  @Test
  void stretchOfWhichThePartIsDeleted_isToldFromThereOn() {
    Deadline soon = Deadline.in(Duration.ofMinutes(1));
    expired = T + 3 * HOUR;
    look(soon, () -> onePoint(T + 7 * HOUR / 2), doubt(4, 5), doubt(2, 4), doubt(1, 3));
    assertThat(seen).containsExactly("4..5: 1", "3..4: 1");

    seen.clear();
    look(soon, SilenceSearchTest::onePoint, doubt(0, 2));
    assertThat(seen).as("the database has not deleted it yet").containsExactly("0..2: 1");
  }

  @Test
  void databaseThatTakesLong_leavesTheRestAsItIs() {
    Deadline half = new Deadline(System.nanoTime() + 1_000_000_000L, Duration.ofSeconds(3));
    look(half, SilenceSearchTest::onePoint, doubt(1, 2));
    assertThat(asked).as("half of the time is over").isZero();

    Supplier<HistoryAnswer> late =
        () -> {
          throw new StoreException(
              StoreException.Kind.TIMEOUT, "the query took longer", new IOException());
        };
    look(Deadline.in(Duration.ofMinutes(1)), late, doubt(3, 4), doubt(1, 2));
    assertThat(asked).isEqualTo(1);
    assertThat(seen).isEmpty();
  }

  @Test
  void otherFailures_areTold() {
    Supplier<HistoryAnswer> away =
        () -> {
          throw new StoreException(StoreException.Kind.FAILED, "away", new IOException());
        };
    assertThatThrownBy(() -> look(Deadline.in(Duration.ofMinutes(1)), away, doubt(1, 2)))
        .hasMessage("away");
  }

  private final class Sink implements SampleSink {
    private final List<Doubt> doubts;

    Sink(List<Doubt> doubts) {
      this.doubts = doubts;
    }

    @Override
    public List<Doubt> doubts() {
      return doubts;
    }

    @Override
    public void seen(Doubt doubt, long[] micros) {
      seen.add(
          (doubt.startMillis() - T) / HOUR
              + ".."
              + (doubt.endMillis() - T) / HOUR
              + ": "
              + micros.length);
    }

    @Override
    public void range(long startMillis, long endMillis, Known known) {
      throw new AssertionError("nothing is counted here");
    }

    @Override
    public void count(List<String> key, long startMillis, long endMillis, long samples) {
      throw new AssertionError("nothing is counted here");
    }

    @Override
    public boolean take(Row row) {
      throw new AssertionError("nothing is read here");
    }
  }
}

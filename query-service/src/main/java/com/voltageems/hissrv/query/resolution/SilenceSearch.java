package com.voltageems.hissrv.query.resolution;

import com.voltageems.hissrv.query.completeness.SampleSink;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.TagFilter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the samples where a copy counts fewer of them than usual. An hour of one device is cheap to
 * read, and a silence of minutes is what people look for. Handles the newest stretches first,
 * within half of the allowed time; the others remain as the copy shows them. For one call.
 */
final class SilenceSearch {
  /** Largest total time of one device that is read. */
  private static final long MOST = Duration.ofHours(100).toMillis();

  /** Number of steps read before and after a stretch, to include the samples next to a silence. */
  private static final int AROUND = 3;

  private static final int MOST_TIMES = 1_000_000;

  private final HistoryStore samples;
  private final Selection whole;
  private final List<Field> fields;
  private final @Nullable Long expired;
  private final Deadline deadline;

  /**
   * @param expired time before which the samples are gone; null if none are
   */
  SilenceSearch(
      HistoryStore samples,
      Selection whole,
      List<Field> fields,
      @Nullable Long expired,
      Deadline deadline) {
    this.samples = samples;
    this.whole = whole;
    this.fields = fields;
    this.expired = expired;
    this.deadline = deadline;
  }

  void look(SampleSink sink) {
    long left = MOST;
    for (SampleSink.Doubt doubt : sink.doubts()) {
      long length = doubt.endMillis() - doubt.startMillis();
      Duration time = deadline.left().minus(deadline.length().dividedBy(2));
      if (time.isNegative()) {
        return;
      }
      if (length > left) {
        continue; // A shorter one may fit.
      }
      left -= length;
      try {
        tell(doubt, times(doubt, Deadline.in(time)), sink);
      } catch (StoreException e) {
        if (e.kind() != StoreException.Kind.TIMEOUT
            && e.kind() != StoreException.Kind.TOO_MUCH
            && e.kind() != StoreException.Kind.NO_MEMORY) {
          throw e;
        }
        return;
      }
    }
  }

  /**
   * Reports the times of the samples. A database deletes expired data in large pieces, the oldest
   * first: if samples from before the stretch still exist, all of its samples do. If not, the time
   * before the expiry remains as the copy shows it, because deleted samples are not a silence.
   */
  private void tell(SampleSink.Doubt doubt, long[] micros, SampleSink sink) {
    long gone = expired == null ? Long.MIN_VALUE : expired;
    boolean whole =
        gone <= doubt.startMillis()
            || (micros.length > 0 && micros[0] <= doubt.startMillis() * 1000);
    if (whole) {
      sink.seen(doubt, micros);
    } else if (gone < doubt.endMillis()) {
      SampleSink.Doubt rest =
          new SampleSink.Doubt(doubt.key(), gone, doubt.endMillis(), doubt.stepMicros());
      sink.seen(rest, micros);
    }
  }

  private long[] times(SampleSink.Doubt doubt, Deadline until) {
    long around = AROUND * (doubt.stepMicros() / 1000 + 1);
    List<TagFilter> filters = new ArrayList<>();
    List<String> tags = whole.measurement().tags();
    for (int i = 0; i < tags.size(); i++) {
      filters.add(new TagFilter(tags.get(i), List.of(doubt.key().get(i))));
    }
    Selection there =
        new Selection(
            whole.measurement(),
            filters,
            Math.max(whole.startMillis(), doubt.startMillis() - around),
            Math.min(whole.endMillis(), doubt.endMillis() + around));
    Times found = new Times();
    samples.times(there, fields, until, row -> found.add(row.epochMicros()));
    return found.all();
  }

  private static final class Times {
    private long[] times = new long[1024];
    private int size;

    boolean add(long time) {
      if (size == times.length) {
        times = Arrays.copyOf(times, 2 * size);
      }
      times[size++] = time;
      return size < MOST_TIMES;
    }

    /**
     * Returns the times; empty if there were too many to hold, because the end of the reading must
     * not look like a silence.
     */
    long[] all() {
      return Arrays.copyOf(times, size < MOST_TIMES ? size : 0);
    }
  }
}

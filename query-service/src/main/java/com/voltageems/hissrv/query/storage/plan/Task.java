package com.voltageems.hissrv.query.storage.plan;

import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.window.CalendarWindows;
import com.voltageems.hissrv.query.store.window.WindowText;
import com.voltageems.hissrv.query.store.window.Windows;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A downsampling task of the site.
 *
 * @param source the policy whose data is read
 * @param target the policy whose data is written
 * @param interval length of its windows, as the file has it
 * @param outputs what is kept of each field and window, the count and the sum among it: with them
 *     means can be joined
 */
public record Task(
    String name, String source, String target, String interval, List<Output> outputs) {
  /** Measurements that are called so are ours: they tell how far a copy is. */
  public static final String OWN = "hissrv.";

  public Task {
    outputs = List.copyOf(outputs);
  }

  /**
   * What windows are computed as: those that were computed otherwise hold something else, and are
   * told apart.
   *
   * @param windows their length, days with their zone
   * @param source where they come from
   * @param outputs what is kept of each, as far as the source has it
   * @param measurements only these; null for all
   */
  public record Make(
      String windows, String source, List<Output> outputs, @Nullable List<String> measurements) {
    public Make {
      outputs = List.copyOf(outputs);
      measurements = measurements == null ? null : measurements.stream().sorted().toList();
    }

    /** Whether it holds all that the other one takes from it, under the same names. */
    public boolean feeds(Make other, Task task) {
      List<Output> needed =
          task.outputs().stream()
              .filter(
                  one -> other.outputs().stream().anyMatch(out -> out.function() == one.function()))
              .toList();
      List<String> wanted = other.measurements();
      return outputs.containsAll(needed)
          && (measurements == null || (wanted != null && measurements.containsAll(wanted)));
    }
  }

  /** A task with count and sum among its outputs, whatever the file asks for. */
  public static Task of(
      String name, String source, String target, String interval, List<Output> asked) {
    List<Output> outputs = new ArrayList<>(asked);
    for (Aggregation always : List.of(Aggregation.COUNT, Aggregation.SUM)) {
      if (asked.stream().noneMatch(one -> one.function() == always)) {
        outputs.add(new Output(always, always.text()));
      }
    }
    return new Task(name, source, target, interval, outputs);
  }

  /** Its windows: those of days and more are days of the zone. */
  public Windows windows(ZoneId zone) {
    return WindowText.parse(interval, zone)
        .orElseThrow(() -> new IllegalStateException(name + ": " + interval));
  }

  /** Which windows they are, days with their zone. */
  public String windowsText(ZoneId zone) {
    return windows(zone) instanceof CalendarWindows ? interval + " " + zone : interval;
  }

  /** What it keeps by this function. */
  public Optional<Output> output(Aggregation function) {
    return outputs.stream().filter(one -> one.function() == function).findFirst();
  }
}

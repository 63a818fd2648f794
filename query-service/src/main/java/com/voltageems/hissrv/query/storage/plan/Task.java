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
 * @param source the policy whose data it reads
 * @param target the policy whose data it writes
 * @param interval length of its windows, as the file has it
 * @param outputs what it stores for each field and window, including the count and the sum, which
 *     are needed to combine means
 */
public record Task(
    String name, String source, String target, String interval, List<Output> outputs) {
  /** Prefix of our own measurements, which store how far a copy is computed. */
  public static final String OWN = "hissrv.";

  public Task {
    outputs = List.copyOf(outputs);
  }

  /**
   * How windows are computed. Windows computed in another way hold other values, so the two are
   * kept apart.
   *
   * @param windows their length; for days and longer also the time zone
   * @param source the policy that they are computed from
   * @param outputs what is stored for each, as far as the source has it
   * @param measurements only these; null for all
   */
  public record Make(
      String windows, String source, List<Output> outputs, @Nullable List<String> measurements) {
    public Make {
      outputs = List.copyOf(outputs);
      measurements = measurements == null ? null : measurements.stream().sorted().toList();
    }

    /**
     * Returns true if it holds everything that the other one reads from it, under the same names.
     */
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

  /**
   * Creates a task that also has count and sum among its outputs, even if the file does not ask for
   * them.
   */
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

  /** Returns its windows; days and longer windows follow the time zone. */
  public Windows windows(ZoneId zone) {
    return WindowText.parse(interval, zone)
        .orElseThrow(() -> new IllegalStateException(name + ": " + interval));
  }

  /** Returns the length of its windows as text; for days and longer also the time zone. */
  public String windowsText(ZoneId zone) {
    return windows(zone) instanceof CalendarWindows ? interval + " " + zone : interval;
  }

  /** Returns what it stores for this function; empty if nothing. */
  public Optional<Output> output(Aggregation function) {
    return outputs.stream().filter(one -> one.function() == function).findFirst();
  }
}

package com.voltageems.hissrv.query.storage;

import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.window.WindowText;
import com.voltageems.hissrv.query.store.window.Windows;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
  public Task {
    outputs = List.copyOf(outputs);
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

  /** What it keeps by this function. */
  public Optional<Output> output(Aggregation function) {
    return outputs.stream().filter(one -> one.function() == function).findFirst();
  }
}

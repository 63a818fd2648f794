package com.voltageems.hissrv.query.health.store;

import com.voltageems.hissrv.query.health.store.Shown.Mark;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The newest part of the data, which a database has shown and shows no more, while it still has
 * what is older.
 *
 * @param marks points of that part
 * @param from the newest point before that part
 * @param noticed when it was found to be gone
 */
record Missing(List<Mark> marks, Instant from, Instant noticed) {
  Missing {
    marks = List.copyOf(marks);
  }

  /** Returns up to when data was seen that is gone. */
  Instant to() {
    return Instant.ofEpochMilli(newest().millis());
  }

  private Mark newest() {
    return marks.stream().max(Comparator.comparingLong(Mark::millis)).orElseThrow();
  }

  Duration length() {
    return Duration.between(from, to());
  }

  Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("from", from.toString());
    json.put("to", to().toString());
    json.put("noticed", noticed.toString());
    json.put("message", words());
    return json;
  }

  String words() {
    return "data from "
        + from
        + " to "
        + to()
        + " at least, such as "
        + newest().measurement()
        + " at "
        + to()
        + " (noticed "
        + noticed
        + "), is gone, while older data is here: the database has an older state, as after a "
        + "restored backup or a fail-over to a copy that lagged; set the sink's offsets back to "
        + "before "
        + from
        + ", or restart this service at least ten minutes after that if the data is meant to be "
        + "gone";
  }
}

package com.voltageems.hissrv.influx.culprit;

import com.voltageems.hissrv.influx.batch.Batch;
import java.util.Deque;
import java.util.List;

/**
 * Lines of a batch that are sent in one request.
 *
 * @param isolating whether the part was made to find the line at which the database fails
 * @param oneField whether each line has only the field that an answer may have meant
 */
public record Part(Batch batch, boolean isolating, boolean oneField) {
  /** Returns a part about whose lines nothing is known yet. */
  public static Part of(Batch batch) {
    return new Part(batch, false, false);
  }

  /** Returns a part with other lines, about which the same is known. */
  public Part with(Batch other) {
    return new Part(other, isolating, oneField);
  }

  public int size() {
    return batch.size();
  }

  /** Puts the two halves in front of the parts that are there. */
  public void halveOnto(Deque<Part> parts, boolean toIsolate) {
    int middle = batch.size() / 2;
    for (Batch half : List.of(batch.part(middle, batch.size()), batch.part(0, middle))) {
      parts.push(new Part(half, isolating || toIsolate, oneField));
    }
  }
}

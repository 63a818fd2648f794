package com.voltageems.hissrv.query.http.answer;

import com.voltageems.hissrv.query.store.HistoryAnswer;
import java.util.Optional;
import java.util.stream.Collectors;

/** From which coarser copies an answer is, which it says. Pure. */
public final class Resolution {
  private Resolution() {}

  /** The policies that keep them, the oldest part first; nothing where it is from the samples. */
  public static Optional<String> of(HistoryAnswer answer) {
    String names =
        answer.parts().stream()
            .map(HistoryAnswer.Part::resolution)
            .filter(name -> !name.equals(HistoryAnswer.Part.RAW))
            .distinct()
            .collect(Collectors.joining(","));
    return names.isEmpty() ? Optional.empty() : Optional.of(names);
  }
}

package com.voltageems.hissrv.query.http.answer;

import com.voltageems.hissrv.query.http.ask.Times;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** The coarser copies that an answer comes from, as parts of the answer. Pure. */
public final class Resolution {
  private Resolution() {}

  /**
   * Returns the policies that keep these copies, the oldest part first; empty if the answer comes
   * from the samples.
   */
  static Optional<String> of(HistoryAnswer answer) {
    List<String> names = names(answer);
    return names.isEmpty() ? Optional.empty() : Optional.of(String.join(",", names));
  }

  private static List<String> names(HistoryAnswer answer) {
    return answer.parts().stream()
        .map(HistoryAnswer.Part::resolution)
        .filter(name -> !name.equals(HistoryAnswer.Part.RAW))
        .distinct()
        .toList();
  }

  /**
   * Adds the same facts as members to an answer.
   *
   * @param time formats a time in epoch microseconds
   */
  public static void tell(
      HistoryAnswer answer, LongFunction<String> time, Map<String, @Nullable Object> body) {
    of(answer).ifPresent(names -> body.put("resolution", names));
    Long expired = answer.expiredBefore();
    if (expired != null) {
      body.put("expired_before", time.apply(expired * 1000));
    }
  }

  /** Returns the same facts as headers, for formats that have no place for them. */
  public static Map<String, String> headers(HistoryAnswer answer) {
    Map<String, String> headers = new LinkedHashMap<>();
    List<String> names = names(answer);
    if (!names.isEmpty()) {
      headers.put("X-Hissrv-Resolution", LeftOut.header(names));
    }
    Long expired = answer.expiredBefore();
    if (expired != null) {
      headers.put("X-Hissrv-Expired-Before", Times.iso(expired * 1000));
    }
    String kept = answer.keptInterval();
    if (kept != null) {
      headers.put("X-Hissrv-Kept-Interval", kept);
    }
    return headers;
  }
}

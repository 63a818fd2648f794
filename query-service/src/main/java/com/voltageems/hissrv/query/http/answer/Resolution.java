package com.voltageems.hissrv.query.http.answer;

import com.voltageems.hissrv.query.http.ask.Times;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** From which coarser copies an answer is, which it says. Pure. */
public final class Resolution {
  private Resolution() {}

  /** The policies that keep them, the oldest part first; nothing where it is from the samples. */
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
   * The same as members of an answer that has others beside them.
   *
   * @param time a time, of epoch microseconds
   */
  public static void tell(
      HistoryAnswer answer, LongFunction<String> time, Map<String, @Nullable Object> body) {
    of(answer).ifPresent(names -> body.put("resolution", names));
    Long expired = answer.expiredBefore();
    if (expired != null) {
      body.put("expired_before", time.apply(expired * 1000));
    }
  }

  /** The same as headers, for formats that have no place for it. */
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

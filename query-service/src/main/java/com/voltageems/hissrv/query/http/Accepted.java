package com.voltageems.hissrv.query.http;

import com.voltageems.hissrv.query.http.ask.Format;
import com.voltageems.hissrv.query.http.problem.ErrorKind;
import com.voltageems.hissrv.query.http.problem.RefusedException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.QuotedQualityCSV;
import org.jspecify.annotations.Nullable;

/** Finds the format that a client prefers, by its header {@code Accept}. */
final class Accepted {
  private Accepted() {}

  /**
   * Returns the format with the highest weight, the first of equal ones; JSON if the client has no
   * preference.
   *
   * @throws RefusedException if the client accepts none of our formats
   */
  static Format of(@Nullable String accept) {
    if (accept == null || accept.isBlank()) {
      return Format.JSON;
    }
    QuotedQualityCSV header = new QuotedQualityCSV();
    header.addValue(accept);
    List<QuotedQualityCSV.QualityValue> ranges = header.getQualityValues();
    Format best = null;
    double bestWeight = 0;
    for (Format format : Format.values()) {
      double weight = weight(format, ranges);
      if (weight > bestWeight) {
        best = format;
        bestWeight = weight;
      }
    }
    if (best == null) {
      throw new RefusedException(
          ErrorKind.NOT_ACCEPTABLE,
          "there is "
              + Arrays.stream(Format.values())
                  .map(Format::mediaType)
                  .collect(Collectors.joining(", "))
              + "; format= chooses without a header");
    }
    return best;
  }

  /**
   * Returns the weight of the range that matches the format most closely, as RFC 9110 defines it;
   * 0: not acceptable.
   */
  private static double weight(Format format, List<QuotedQualityCSV.QualityValue> ranges) {
    String type = format.mediaType();
    String kind = type.substring(0, type.indexOf('/')) + "/*";
    double weight = 0;
    int nearness = 0;
    for (QuotedQualityCSV.QualityValue range : ranges) {
      String text = range.getValue().toLowerCase(Locale.ROOT).replaceFirst("\\s*;.*", "");
      int near = text.equals(type) ? 3 : text.equals(kind) ? 2 : text.equals("*/*") ? 1 : 0;
      if (near > nearness) {
        nearness = near;
        weight = range.getWeight();
      }
    }
    return weight;
  }
}

package com.voltageems.hissrv.query.http.ask;

import com.voltageems.hissrv.query.store.Aggregation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The functions that a request asks for. */
final class Functions {
  private Functions() {}

  /** Returns {@code functions=mean,p95}; all of the database's functions if none is named. */
  static List<Fn> several(Texts texts) {
    String text = texts.text("functions");
    if (text == null) {
      return Arrays.stream(Aggregation.values()).map(Fn::of).toList();
    }
    List<Fn> functions = new ArrayList<>();
    for (String name : text.split(",", -1)) {
      Fn function =
          Fn.of(name.strip())
              .orElseThrow(
                  () ->
                      new BadRequestException(
                          "functions", name, "some of " + Fn.all() + ", with commas"));
      if (!functions.contains(function)) {
        functions.add(function);
      }
    }
    return functions;
  }

  /**
   * Returns {@code function=mean}, which is also the default; null for points.
   *
   * @param windows whether windows are asked for
   */
  static @Nullable Fn one(Texts texts, boolean windows) {
    String function = texts.text("function");
    if (!windows) {
      if (function != null) {
        throw new BadRequestException(
            "function", function, "interval beside it, for example interval=1m");
      }
      return null;
    }
    return function == null
        ? Fn.of(Aggregation.MEAN)
        : Fn.of(function)
            .orElseThrow(() -> new BadRequestException("function", function, "one of " + Fn.all()));
  }
}

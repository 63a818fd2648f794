package com.voltageems.hissrv.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Checks parts of the documentation that are generated from the code and placed between two marks.
 * {@code -Dhissrv.update.docs=true} writes them, in the whole tree, instead of comparing them.
 */
public final class Docs {
  private Docs() {}

  /** Compares the text between the marks with {@code expected}. */
  public static void inStep(Path file, String begin, String end, String expected) {
    try {
      String text = Files.readString(file);
      assertThat(text).as(file + "").contains(begin).contains(end);
      int from = text.indexOf(begin) + begin.length();
      int to = text.indexOf(end, from);
      if (Boolean.getBoolean("hissrv.update.docs")) {
        Files.writeString(file, text.substring(0, from) + expected + text.substring(to));
        return;
      }
      assertThat(text.substring(from, to))
          .as(file + " is behind the code: run the test with -Dhissrv.update.docs=true")
          .isEqualTo(expected);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

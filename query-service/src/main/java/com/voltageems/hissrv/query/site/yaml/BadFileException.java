package com.voltageems.hissrv.query.site.yaml;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Thrown for a file that cannot be used; reports all problems at once, in the order of the file.
 */
public final class BadFileException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  /**
   * @param file name of the file, for the messages
   */
  public BadFileException(String file, List<Problem> problems) {
    super(
        sorted(problems).stream()
            .map(problem -> problem.text(file))
            .collect(Collectors.joining("\n")));
    this.problems = sorted(problems);
  }

  private static List<Problem> sorted(List<Problem> problems) {
    return problems.stream().sorted(Comparator.comparing(Problem::place)).toList();
  }

  public List<Problem> problems() {
    return problems;
  }
}

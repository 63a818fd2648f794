package com.voltageems.hissrv.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The pages that lead people to classes and scripts name none that does not exist. */
class ArchitecturePageTest {
  private static final Path ROOT = Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
  private static final Pattern NAME = Pattern.compile("`([A-Z]\\w+)(?:\\.\\w+)?`|`(\\w+\\.lua)`");

  private static final Pattern TEST =
      Pattern.compile("\\b[A-Z]\\w*[a-z0-9](?:IT|Test|Contract)\\b");

  /** The names that CONTRIBUTING.md gives to any test. */
  private static final Set<String> PLACEHOLDERS = Set.of("FooTest.java", "FooIT.java");

  @Test
  void everyClassItNames_exists() throws IOException {
    Set<String> named = new TreeSet<>();
    for (Path page : pages()) {
      Matcher names = NAME.matcher(Files.readString(page));
      while (names.find()) {
        named.add(names.group(1) != null ? names.group(1) + ".java" : names.group(2));
      }
    }
    assertThat(named).hasSizeGreaterThan(50);
    assertThat(names(file -> true)).containsAll(named);
  }

  /** A command or a table that names a test which is no more tests nothing. */
  @Test
  void everyTestThatAnyPageNames_exists() throws IOException {
    Set<String> named = new TreeSet<>();
    for (Path page : files(file -> file.toString().endsWith(".md"))) {
      Matcher names = TEST.matcher(Files.readString(page));
      while (names.find()) {
        named.add(names.group() + ".java");
      }
    }
    named.removeAll(PLACEHOLDERS);
    assertThat(named).hasSizeGreaterThan(50);
    assertThat(names(file -> file.toString().endsWith(".java"))).containsAll(named);
  }

  private static Set<String> names(Predicate<Path> which) throws IOException {
    return files(which).stream()
        .map(file -> file.getFileName().toString())
        .collect(Collectors.toSet());
  }

  private static Set<Path> files(Predicate<Path> which) throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(file -> !file.toString().contains("/target/"))
          .filter(which)
          .collect(Collectors.toSet());
    }
  }

  private static Set<Path> pages() throws IOException {
    Set<Path> pages =
        new TreeSet<>(
            Set.of(ROOT.resolve("docs/ARCHITECTURE.md"), ROOT.resolve("docs/operate/several.md")));
    Path guides = ROOT.resolve("docs/guides");
    if (Files.isDirectory(guides)) {
      try (Stream<Path> files = Files.list(guides)) {
        files.forEach(pages::add);
      }
    }
    return pages;
  }
}

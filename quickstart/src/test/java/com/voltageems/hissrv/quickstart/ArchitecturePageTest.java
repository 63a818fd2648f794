package com.voltageems.hissrv.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The pages that lead people to classes and scripts name none that does not exist. */
class ArchitecturePageTest {
  private static final Path ROOT = Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
  private static final Pattern NAME = Pattern.compile("`([A-Z]\\w+)(?:\\.\\w+)?`|`(\\w+\\.lua)`");

  @Test
  void everyClassItNames_exists() throws IOException {
    Set<String> named = new TreeSet<>();
    for (Path page : pages()) {
      Matcher names = NAME.matcher(Files.readString(page));
      while (names.find()) {
        named.add(names.group(1) != null ? names.group(1) + ".java" : names.group(2));
      }
    }
    Set<String> there;
    try (Stream<Path> files = Files.walk(ROOT)) {
      there =
          files
              .filter(file -> !file.toString().contains("/target/"))
              .map(file -> file.getFileName().toString())
              .collect(Collectors.toSet());
    }

    assertThat(named).hasSizeGreaterThan(50);
    assertThat(there).containsAll(named);
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

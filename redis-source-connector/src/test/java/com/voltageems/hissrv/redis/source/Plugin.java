package com.voltageems.hissrv.redis.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The installable archive that the build has just created. */
final class Plugin {
  private Plugin() {}

  static List<Path> archive() {
    Path target =
        Path.of(System.getProperty("hissrv.root", ".."), "redis-source-connector", "target");
    try (Stream<Path> files = Files.list(target)) {
      return files
          .filter(
              file ->
                  file.getFileName().toString().matches("voltageems-redis-source-connector-.*zip"))
          .map(List::of)
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("no archive in " + target));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

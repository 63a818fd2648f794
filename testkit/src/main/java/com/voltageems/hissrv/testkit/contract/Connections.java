package com.voltageems.hissrv.testkit.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Reads the machine's TCP connections from Linux's /proc. */
final class Connections {
  private static final String ESTABLISHED = "01";
  private static final String CLOSE_WAIT = "08";

  private Connections() {}

  /** Returns the number of connections to a port of this machine that the client has not closed. */
  static long to(int port) {
    String end = String.format(Locale.ROOT, ":%04X", port);
    return List.of("tcp", "tcp6").stream()
        .flatMap(name -> lines(Path.of("/proc/self/net", name)).stream())
        .map(line -> line.trim().split("\\s+"))
        .filter(columns -> columns.length > 3 && columns[2].endsWith(end))
        .filter(columns -> columns[3].equals(ESTABLISHED) || columns[3].equals(CLOSE_WAIT))
        .count();
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package com.voltageems.hissrv.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * A wall clock that can be stepped under a running server: the preloaded libfaketime reads a file
 * at every call. Only the wall clock steps; durations are measured as usual.
 */
public final class ProcessClock {
  private static final String LIBRARY = "libfaketimeMT.so.1";

  private final Path file;
  private final String library;

  private ProcessClock(Path file, String library) {
    this.file = file;
    this.library = library;
  }

  /**
   * Creates a clock that shows the real time until {@link #step}.
   *
   * @param dir folder for the clock's file
   * @throws IllegalStateException if libfaketime is not installed
   */
  public static ProcessClock create(Path dir) {
    Path library =
        library()
            .orElseThrow(() -> new IllegalStateException("no " + LIBRARY + ": install faketime"));
    try {
      Files.createDirectories(dir);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ProcessClock clock =
        new ProcessClock(dir.resolve("clock").toAbsolutePath(), library.toString());
    clock.step(Duration.ZERO);
    return clock;
  }

  /** Returns whether libfaketime is installed. */
  public static boolean isInstalled() {
    return library().isPresent();
  }

  /**
   * Returns the library's path as Debian and Ubuntu install it, in a folder named after the
   * architecture; empty if it is not there.
   */
  static Optional<Path> library() {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(Path.of("/usr/lib"))) {
      for (Path folder : folders) {
        Path candidate = folder.resolve("faketime").resolve(LIBRARY);
        if (Files.isRegularFile(candidate)) {
          return Optional.of(candidate);
        }
      }
    } catch (IOException e) {
      // No such folder, as on a Mac: not installed.
    }
    return Optional.empty();
  }

  /** Returns the environment variables that make a server use this clock. */
  public Map<String, String> environment() {
    return Map.of(
        // The C library comes right after it, so that its malloc is used. jemalloc's malloc asks
        // for the time while it starts: libfaketime then calls malloc, and the server hangs.
        "LD_PRELOAD",
        library + " libc.so.6",
        "FAKETIME_TIMESTAMP_FILE",
        file.toString(),
        "FAKETIME_NO_CACHE",
        "1",
        "DONT_FAKE_MONOTONIC",
        "1");
  }

  /** Sets the clock to {@code offset} ahead of the real time; a negative offset sets it behind. */
  public void step(Duration offset) {
    Path written = file.resolveSibling("clock.new");
    try {
      Files.writeString(written, "%+ds%n".formatted(offset.toSeconds()));
      // Atomically: the server may read the file at any moment.
      Files.move(
          written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package com.voltageems.hissrv.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a power cut takes from a server, unlike {@code kill -9}: everything that it has appended to
 * its files and the system has not put onto the disk yet. A preloaded library, which the C compiler
 * makes here, notes how long each file was at its last {@code fsync}; {@link #cut} shortens the
 * files to that. What was written over in place is not taken back.
 */
public final class PowerCut {
  private final Path library;
  private final Path notes;

  private PowerCut(Path library, Path notes) {
    this.library = library;
    this.notes = notes;
  }

  /**
   * Makes the library.
   *
   * @param dir a folder for it
   */
  public static PowerCut create(Path dir) {
    Path source = dir.resolve("synced.c");
    Path library = dir.resolve("synced.so").toAbsolutePath();
    try {
      Files.createDirectories(dir);
      try (var text = PowerCut.class.getResourceAsStream("/synced.c")) {
        Files.copy(text, source, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ServerProcess compiler =
        ServerProcess.startNative(
            "cc",
            List.of("cc", "-shared", "-fPIC", "-O1", "-o", library.toString(), source.toString()),
            Map.of(),
            dir.resolve("cc.log"));
    ServerProcess.await("the compiler", Duration.ofMinutes(1), () -> !compiler.isAlive());
    if (!Files.exists(library)) {
      throw new IllegalStateException("the C compiler failed: see " + dir.resolve("cc.log"));
    }
    return new PowerCut(library, dir.resolve("synced").toAbsolutePath());
  }

  /** Returns the environment variables that make a server note what is on its disk. */
  public Map<String, String> environment() {
    return Map.of("LD_PRELOAD", library.toString(), "HISSRV_SYNCED", notes.toString());
  }

  /**
   * Takes from the files of a server that was killed what is not on the disk.
   *
   * @param folder with the files
   * @param suffix of the names of those that only grow
   * @return how many bytes were taken
   */
  public long cut(Path folder, String suffix) {
    try (Stream<Path> files = Files.walk(folder)) {
      Map<String, Long> sizes = sizes();
      List<Path> grown = new ArrayList<>(files.filter(f -> f.toString().endsWith(suffix)).toList());
      long taken = 0;
      for (Path file : grown) {
        long size = sizes.getOrDefault(file.toAbsolutePath().toString(), 0L);
        taken += Math.max(0, Files.size(file) - size);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.truncate(size);
        }
      }
      return taken;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, Long> sizes() throws IOException {
    Map<String, Long> sizes = new HashMap<>();
    if (Files.exists(notes)) {
      for (String line : Files.readAllLines(notes)) {
        int end = line.indexOf(' ');
        if (end > 0) {
          sizes.merge(line.substring(end + 1), Long.parseLong(line.substring(0, end)), Math::max);
        }
      }
    }
    return sizes;
  }
}

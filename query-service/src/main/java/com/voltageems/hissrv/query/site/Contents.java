package com.voltageems.hissrv.query.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The contents, as hashes, of the files that a site was read from: hissrv.yml, its mappings added
 * at run time, and the files in which its secrets were looked up, including missing ones.
 * Thread-safe.
 */
public final class Contents {
  private static final int MISSING = 0;
  private static final int UNREADABLE = -1;

  private final Map<Path, Integer> read = new ConcurrentHashMap<>();

  /**
   * Records a file's content. Call it before reading the file: a change during the reading then
   * counts as a change and is not missed.
   */
  void reading(Path file) {
    read.computeIfAbsent(file, Contents::hash);
  }

  /**
   * Returns a number for the contents when they were read; differs from {@link #now()} if a file
   * has changed since.
   */
  public int then() {
    return read.hashCode();
  }

  /** Returns the same number for the present contents of the same files. */
  public int now() {
    Map<Path, Integer> now = new ConcurrentHashMap<>();
    read.keySet().forEach(file -> now.put(file, hash(file)));
    return now.hashCode();
  }

  private static int hash(Path file) {
    try {
      return Files.exists(file) ? Arrays.hashCode(Files.readAllBytes(file)) : MISSING;
    } catch (IOException e) {
      return UNREADABLE;
    }
  }
}

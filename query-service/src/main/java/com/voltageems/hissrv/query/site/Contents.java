package com.voltageems.hissrv.query.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the files that a site was made of had in them when they were read: hissrv.yml, its mappings
 * of run time, and the files in which its secrets were looked up, missing ones among them. Safe for
 * many threads.
 */
public final class Contents {
  private static final int MISSING = 0;
  private static final int UNREADABLE = -1;

  private final Map<Path, Integer> read = new ConcurrentHashMap<>();

  /** To be told before the file is read: what changes meanwhile is then a change, not missed. */
  void reading(Path file) {
    read.computeIfAbsent(file, Contents::hash);
  }

  /** Whether it is {@link #now()}, in a number. */
  public int then() {
    return read.hashCode();
  }

  /** The same of what the same files have in them now. */
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

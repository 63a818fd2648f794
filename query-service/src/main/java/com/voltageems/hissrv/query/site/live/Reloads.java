package com.voltageems.hissrv.query.site.live;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The result of the last reading of the file.
 *
 * @param taken when the file was last accepted
 * @param read when the file was last read
 * @param problems why it was refused then; empty if it was accepted
 * @param restart what in it takes effect only after a restart
 * @param notes remarks about it
 */
public record Reloads(
    Instant taken, Instant read, List<String> problems, List<String> restart, List<String> notes) {
  public Reloads {
    problems = List.copyOf(problems);
    restart = List.copyOf(restart);
    notes = List.copyOf(notes);
  }

  static Reloads first(Instant now, List<String> notes) {
    return new Reloads(now, now, List.of(), List.of(), notes);
  }

  Reloads taken(Instant now, List<String> waiting, List<String> noted) {
    return new Reloads(now, now, List.of(), waiting, noted);
  }

  /** Returns the result of a refused reading: everything else stays as before. */
  Reloads refused(Instant now, List<String> why) {
    return new Reloads(taken, now, why, restart, notes);
  }

  public boolean isRefused() {
    return !problems.isEmpty();
  }

  /** Returns this as JSON-like values. */
  Map<String, @Nullable Object> json(String file) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("file", file);
    json.put("state", isRefused() ? "refused" : "taken");
    json.put("taken", taken.toString());
    json.put("read", read.toString());
    json.put("problems", problems);
    json.put("needs_restart", restart);
    json.put("notes", notes);
    return json;
  }
}

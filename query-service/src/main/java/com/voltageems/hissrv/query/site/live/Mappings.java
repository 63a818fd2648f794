package com.voltageems.hissrv.query.site.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.voltageems.hissrv.query.site.SiteFile;
import com.voltageems.hissrv.query.site.compile.Compiled;
import com.voltageems.hissrv.query.site.compile.ConnectorSpec;
import com.voltageems.hissrv.query.site.compile.SiteCompiler;
import com.voltageems.hissrv.query.site.connect.ConnectClient;
import com.voltageems.hissrv.query.site.connect.ConnectException;
import com.voltageems.hissrv.query.site.yaml.BadFileException;
import com.voltageems.hissrv.query.site.yaml.Place;
import com.voltageems.hissrv.query.site.yaml.Problem;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Manages the mappings that are added at run time. They are kept in their own file next to the
 * site's file, so that comments and variables there stay unchanged, and are sent to the source
 * connector at once. A mapping that the worker refuses is not kept.
 */
final class Mappings {
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final SiteFile file;
  private final Clock clock;

  Mappings(SiteFile file, Clock clock) {
    this.file = file;
    this.clock = clock;
  }

  /**
   * Thrown if a mapping cannot be kept because the overlay cannot be written, for example in a
   * read-only folder.
   */
  static final class ReadOnlyException extends Exception {
    private static final long serialVersionUID = 1L;

    ReadOnlyException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** Returns the mappings added at run time as they were given, by name. */
  ObjectNode overlay() throws IOException {
    try {
      return YAML.readTree(Files.readString(file.overlay())) instanceof ObjectNode node
          ? node
          : YAML.createObjectNode();
    } catch (NoSuchFileException e) {
      return YAML.createObjectNode();
    }
  }

  /**
   * Returns the same mappings, to be changed and written; refuses an overlay that was emptied or is
   * incomplete.
   */
  private ObjectNode changeable() throws BadFileException, IOException {
    file.requireOverlay();
    return overlay();
  }

  /** Returns the mappings of the site's own file, by the names that messages use for them. */
  Map<String, JsonNode> own() throws IOException {
    Map<String, JsonNode> own = new LinkedHashMap<>();
    int number = 1;
    for (JsonNode mapping : YAML.readTree(Files.readString(file.path())).path("mappings")) {
      own.put(mapping.path("name").asText("m" + number), mapping);
      number++;
    }
    return own;
  }

  /**
   * Keeps a mapping and submits it.
   *
   * @param body the mapping, as JSON or YAML
   * @return {@code applied}, or {@code kept} if the connector does not exist or was not created
   *     from this file
   */
  synchronized String put(String name, String body)
      throws BadFileException,
          IOException,
          ReadOnlyException,
          ConnectException,
          InterruptedException {
    JsonNode mapping;
    try {
      mapping = YAML.readTree(body);
    } catch (JsonProcessingException e) {
      throw bad("not JSON: " + e.getOriginalMessage().lines().findFirst().orElse(""));
    }
    if (mapping == null || !mapping.isObject()) {
      throw bad("needs a mapping such as {\"source_pattern\": ..., \"measurement\": ...}");
    }
    file.mappings("mapping " + name, YAML.writeValueAsString(Map.of(name, mapping)));
    ObjectNode next = changeable();
    next.set(name, mapping);
    return change(next);
  }

  /** Removes a mapping; returns false if no mapping of that name was added at run time. */
  synchronized boolean delete(String name)
      throws BadFileException,
          IOException,
          ReadOnlyException,
          ConnectException,
          InterruptedException {
    ObjectNode next = changeable();
    if (next.remove(name) == null) {
      return false;
    }
    change(next);
    return true;
  }

  private static BadFileException bad(String message) {
    return new BadFileException("body", List.of(new Problem(Place.START, "", message)));
  }

  /**
   * Writes the overlay, then submits: a crash in between leaves at worst a mapping that the next
   * apply submits. Restores the overlay if the submission fails.
   */
  private String change(ObjectNode next)
      throws BadFileException,
          IOException,
          ReadOnlyException,
          ConnectException,
          InterruptedException {
    byte @Nullable [] before =
        Files.exists(file.overlay()) ? Files.readAllBytes(file.overlay()) : null;
    write(YAML.writeValueAsBytes(next));
    try {
      return submit(file.compile(SiteCompiler.For.SERVICE));
    } catch (BadFileException | ConnectException | InterruptedException e) {
      if (before == null) {
        Files.deleteIfExists(file.overlay());
      } else {
        write(before);
      }
      throw e;
    }
  }

  private void write(byte[] content) throws ReadOnlyException {
    Path folder = file.overlay().toAbsolutePath().getParent();
    try {
      Path temporary = Files.createTempFile(folder, "mappings", ".tmp");
      try {
        Files.write(temporary, content);
        readableAsTheFile(temporary);
        Files.move(
            temporary,
            file.overlay(),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      } finally {
        // Left behind only if writing failed, for example on a full disk; otherwise the file has
        // been moved.
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw new ReadOnlyException(
          file.overlay()
              + " cannot be written ("
              + why(e)
              + "): mappings are kept beside the site's file; make the folder writable, or put the"
              + " mapping into the file itself",
          e);
    }
  }

  /**
   * Gives the temporary file the permissions of the site's file: {@code apply} reads it too, often
   * as another user, and a temporary file is readable by its creator only.
   */
  private void readableAsTheFile(Path temporary) throws IOException {
    if (Files.getFileStore(temporary).supportsFileAttributeView(PosixFileAttributeView.class)) {
      Files.setPosixFilePermissions(temporary, Files.getPosixFilePermissions(file.path()));
    }
  }

  private static String why(IOException e) {
    String words = e instanceof FileSystemException failure ? failure.getReason() : e.getMessage();
    return words == null ? e.getClass().getSimpleName() : words;
  }

  /**
   * Submits the mappings; changes only those settings of the running connector that mappings
   * decide.
   */
  private String submit(Compiled site)
      throws BadFileException, ConnectException, InterruptedException {
    ConnectorSpec source =
        site.connectors().stream()
            .filter(connector -> connector.role().equals("source"))
            .findFirst()
            .orElseThrow();
    ConnectClient connect =
        new ConnectClient(
            site.target(), PATIENCE, clock, attempt -> TimeUnit.MILLISECONDS.sleep(500));
    Map<String, String> running = connect.connectors().get(source.name());
    if (running == null || !site.mark().equals(running.get(ConnectorSpec.MARK))) {
      return "kept";
    }
    Map<String, String> next = new TreeMap<>(running);
    next.keySet().removeIf(Mappings::decides);
    source
        .config()
        .forEach(
            (name, value) -> {
              if (decides(name)) {
                next.put(name, value);
              }
            });
    List<ConnectClient.Mistake> mistakes =
        connect.validate(source.name(), source.pluginClass(), next).mistakes();
    if (!mistakes.isEmpty()) {
      throw bad(mistakes.get(0).setting() + ": " + mistakes.get(0).message());
    }
    connect.put(source.name(), next);
    return "applied";
  }

  private static boolean decides(String setting) {
    return setting.equals("mappings")
        || setting.startsWith("mappings.")
        || setting.equals("sources")
        || setting.startsWith("sources.");
  }
}

package com.voltageems.hissrv.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The built artifacts of this checkout: the files that a user would install on a site. */
public record Installation(Path root) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Finds the checkout named by the system property {@code hissrv.root}; without it, the working
   * folder.
   */
  public static Installation find() {
    return new Installation(Path.of(System.getProperty("hissrv.root", "")).toAbsolutePath());
  }

  /** Returns the archive of the Redis source plugin. */
  public Path sourceArchive() {
    return only("redis-source-connector/target", "voltageems-redis-source-connector-*.zip");
  }

  /** Returns the archive of the InfluxDB sink plugin. */
  public Path sinkArchive() {
    return only("influx-sink-connector/target", "voltageems-influx-sink-connector-*.zip");
  }

  /** Returns the query service with all its dependencies in one jar. */
  public Path queryServiceJar() {
    return only("query-service/target", "query-service-*-all.jar");
  }

  /**
   * Returns the {@code config} of a file in {@code connect-configs/}, as a user would submit it.
   */
  public Map<String, String> connectorConfig(String file) {
    Path path = root.resolve("connect-configs").resolve(file);
    try {
      JsonNode config = JSON.readTree(path.toFile()).path("config");
      Map<String, String> settings = new TreeMap<>();
      config.properties().forEach(entry -> settings.put(entry.getKey(), entry.getValue().asText()));
      return settings;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path, e);
    }
  }

  /** Returns names and units of the demonstration's site, as settings of the query service. */
  public String catalogue() {
    try (InputStream in = Installation.class.getResourceAsStream("/site.yml")) {
      if (in == null) {
        throw new IllegalStateException("the class path has no /site.yml");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path only(String folder, String glob) {
    List<Path> found = new ArrayList<>();
    Path dir = root.resolve(folder);
    if (Files.isDirectory(dir)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(dir, glob)) {
        files.forEach(found::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    if (found.size() != 1) {
      throw new IllegalStateException(
          "expected one "
              + glob
              + " in "
              + dir
              + ", found "
              + found.size()
              + ": build it with `mvn package`");
    }
    return found.get(0);
  }
}

package com.voltageems.hissrv.query.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The page's files, read from the class path once and kept. A fixed list: nothing else is served.
 * The page names each file with the hash of its content, so that a browser that has it asks no
 * more, and one that has another version asks at once.
 */
final class WebPage {
  private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/";

  private static final String SCRIPT = "text/javascript; charset=utf-8";
  private static final String STYLE = "text/css; charset=utf-8";

  private final Map<String, Reply> assets = new LinkedHashMap<>();
  private final Map<String, String> versions = new LinkedHashMap<>();

  WebPage() {
    add("/openapi.json", read("/web/openapi.json"), "application/json");
    addVersioned("/app.js", "/web/app.js", SCRIPT);
    addVersioned("/app.css", "/web/app.css", STYLE);
    addVersioned("/favicon.svg", "/web/favicon.svg", "image/svg+xml");
    addVersioned("/uplot.css", UPLOT + "uPlot.min.css", STYLE);
    add("/", index(), "text/html; charset=utf-8");
  }

  private void addVersioned(String path, String resource, String contentType) {
    byte[] content = read(resource);
    add(path, content, contentType);
    versions.put(path, version(content));
  }

  private void add(String path, byte[] content, String contentType) {
    assets.put(path, new Reply(200, contentType, content, false));
  }

  private byte[] index() {
    String html = new String(read("/web/index.html"), StandardCharsets.UTF_8);
    for (Map.Entry<String, String> one : versions.entrySet()) {
      String named = "\"" + one.getKey().substring(1);
      if (!html.contains(named + "\"")) {
        throw new IllegalStateException("index.html does not name " + one.getKey());
      }
      html = html.replace(named + "\"", named + "?v=" + one.getValue() + "\"");
    }
    return html.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] read(String resource) {
    try (InputStream in = WebPage.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the class path has no " + resource);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(resource, e);
    }
  }

  private static String version(byte[] content) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JVM has it
    }
  }

  /** Whether an address with this version always has this content. */
  boolean isForEver(String path, @Nullable String version) {
    return version != null && version.equals(versions.get(path));
  }

  Optional<Reply> asset(String path) {
    return Optional.ofNullable(assets.get(path));
  }

  Iterable<String> paths() {
    return assets.keySet();
  }
}

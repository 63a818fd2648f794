package com.voltageems.hissrv.query.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The page's files, read from the class path once and kept. The list is fixed: nothing else is
 * served. The page names each file with the hash of its content: a browser that has this version
 * does not ask for it again, and a browser with another version fetches it at once. The script and
 * style that a chart needs first are in the page itself, and the page's policy names their hashes.
 * If a proxy's own policy forbids them, the page works without them.
 */
final class WebPage {
  private static final String SCRIPT = "text/javascript; charset=utf-8";

  private final Map<String, Reply> assets = new LinkedHashMap<>();
  private final Map<String, String> versions = new LinkedHashMap<>();
  private final String policy;

  WebPage() {
    add("/openapi.json", read("/web/openapi.json"), "application/json");
    addVersioned("/app.js", "/web/app.js", SCRIPT);
    addVersioned("/favicon.svg", "/web/favicon.svg", "image/svg+xml");
    String script = text("/web/lead.js");
    String style = text("/web/app.css");
    // For a page whose inline style is forbidden by a proxy's policy; main.js asks for it only
    // then.
    add("/app.css", read("/web/app.css"), "text/css; charset=utf-8");
    add("/", index(script, style), "text/html; charset=utf-8");
    policy =
        "default-src 'none'; script-src 'self' 'sha256-%s'; style-src 'self' 'sha256-%s';"
                .formatted(hash(script), hash(style))
            + " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none';"
            + " frame-ancestors 'none'";
  }

  /** Returns the Content-Security-Policy of the page and of every other answer. */
  String policy() {
    return policy;
  }

  private void addVersioned(String path, String resource, String contentType) {
    byte[] content = read(resource);
    add(path, content, contentType);
    versions.put(path, version(content));
  }

  private void add(String path, byte[] content, String contentType) {
    assets.put(path, new Reply(200, contentType, content, false));
  }

  private byte[] index(String script, String style) {
    String html = text("/web/index.html");
    for (Map.Entry<String, String> one : versions.entrySet()) {
      String named = "\"" + one.getKey().substring(1);
      if (!html.contains(named + "\"")) {
        throw new IllegalStateException("index.html does not name " + one.getKey());
      }
      html = html.replace(named + "\"", named + "?v=" + one.getValue() + "\"");
    }
    html = html.replace("/*lead.js*/", script).replace("/*app.css*/", style);
    return html.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(String resource) {
    return new String(read(resource), StandardCharsets.UTF_8);
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
    return HexFormat.of().formatHex(sha256(content), 0, 8);
  }

  private static String hash(String inline) {
    return Base64.getEncoder().encodeToString(sha256(inline.getBytes(StandardCharsets.UTF_8)));
  }

  private static byte[] sha256(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JVM has it
    }
  }

  /**
   * Returns the version of the page's script. An open page recognizes by it that it is outdated.
   */
  String version() {
    return String.valueOf(versions.get("/app.js"));
  }

  /** Returns whether this path with this version always has the same content. */
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

package com.voltageems.hissrv.query.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The page's files, read from the class path once and kept. A fixed list: nothing else is served.
 */
final class WebPage {
  private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/";

  private static final String SCRIPT = "text/javascript; charset=utf-8";
  private static final String STYLE = "text/css; charset=utf-8";

  private final Map<String, Reply> assets = new LinkedHashMap<>();

  WebPage() {
    add("/", "/web/index.html", "text/html; charset=utf-8");
    add("/openapi.json", "/web/openapi.json", "application/json");
    add("/app.js", "/web/app.js", SCRIPT);
    add("/app.css", "/web/app.css", STYLE);
    add("/favicon.svg", "/web/favicon.svg", "image/svg+xml");
    add("/uplot.js", UPLOT + "uPlot.iife.min.js", SCRIPT);
    add("/uplot.css", UPLOT + "uPlot.min.css", STYLE);
  }

  private void add(String path, String resource, String contentType) {
    try (InputStream in = WebPage.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the class path has no " + resource);
      }
      assets.put(path, new Reply(200, contentType, in.readAllBytes(), false));
    } catch (IOException e) {
      throw new UncheckedIOException(resource, e);
    }
  }

  Optional<Reply> asset(String path) {
    return Optional.ofNullable(assets.get(path));
  }

  Iterable<String> paths() {
    return assets.keySet();
  }
}

package com.voltageems.hissrv.query.http.access;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.jetty.server.handler.CrossOriginHandler;

/**
 * Lets the pages of other sites read our answers, including failures. Never with cookies: a page
 * that needs a token sends it itself.
 */
public final class Cors {
  /** Allows any page. */
  public static final String ANY = "*";

  private Cors() {}

  /**
   * Returns the handler to put in front of all others.
   *
   * @param origins {@link #ANY}, or origins as browsers write them: {@code https://host:port}
   */
  public static CrossOriginHandler handler(List<String> origins) {
    CrossOriginHandler handler = new CrossOriginHandler();
    handler.setAllowedOriginPatterns(
        origins.contains(ANY)
            ? Set.of(ANY)
            : origins.stream().map(Pattern::quote).collect(Collectors.toSet()));
    handler.setAllowCredentials(false);
    handler.setAllowedMethods(Set.of("GET", "HEAD", "POST", "PUT", "DELETE"));
    handler.setAllowedHeaders(Set.of("Accept", "Authorization", "Content-Type"));
    handler.setExposedHeaders(
        Set.of(
            "Retry-After",
            "WWW-Authenticate",
            "X-Hissrv-Left-Out",
            "X-Hissrv-Truncated",
            "X-Hissrv-Resolution",
            "X-Hissrv-Expired-Before",
            "X-Hissrv-Kept-Interval"));
    handler.setPreflightMaxAge(Duration.ofMinutes(10));
    // Other pages are answered as usual; their browser does not let them read the answer.
    handler.setDeliverNonAllowedOriginRequests(true);
    return handler;
  }
}

package com.voltageems.hissrv.query.http.access;

import io.javalin.http.Context;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The facts about a caller that access depends on.
 *
 * @param here whether the caller is on this machine, without a proxy in between and not a foreign
 *     page
 * @param foreignPage whether the call comes from another site's page in a browser
 * @param token the token from {@code Authorization: Bearer}; null if absent
 */
record Caller(boolean here, boolean foreignPage, @Nullable String token) {
  private static final Pattern BEARER = Pattern.compile("(?i)bearer +(\\S+) *");

  /** Each of these headers reveals a proxy; so does HTTP/1.0, which nginx uses by default. */
  private static final List<String> PROXY =
      List.of(
          "X-Forwarded-For",
          "Forwarded",
          "Via",
          "X-Real-IP",
          "X-Forwarded-Host",
          "X-Forwarded-Proto");

  private static final Pattern THIS_MACHINE =
      Pattern.compile("(localhost|127(\\.[0-9]{1,3}){3}|\\[::1])(:[0-9]{1,5})?");

  static Caller of(Context context) {
    String origin = context.header("Origin");
    String host = context.header("Host");
    boolean foreign = origin != null && !isOurs(origin, host);
    boolean proxied =
        PROXY.stream().anyMatch(name -> context.header(name) != null)
            || context.req().getProtocol().equals("HTTP/1.0");
    // Our own page counts only under a name that cannot point to another machine.
    boolean here =
        !proxied
            && !foreign
            && (origin == null || (host != null && THIS_MACHINE.matcher(host).matches()))
            && isLoopback(context.req().getRemoteAddr());
    return new Caller(here, foreign, bearer(context.header("Authorization")));
  }

  private static boolean isOurs(String origin, @Nullable String host) {
    return host != null
        && origin.replaceFirst("^https?://", "").equals(host.toLowerCase(Locale.ROOT));
  }

  private static boolean isLoopback(String address) {
    try {
      return InetAddress.getByName(address).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  static @Nullable String bearer(@Nullable String header) {
    Matcher matcher = BEARER.matcher(header == null ? "" : header);
    return matcher.matches() ? matcher.group(1) : null;
  }
}

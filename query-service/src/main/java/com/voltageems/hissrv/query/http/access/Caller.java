package com.voltageems.hissrv.query.http.access;

import io.javalin.http.Context;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who calls, as far as it matters.
 *
 * @param here somebody on this machine: neither through a proxy nor by a page that is not ours
 * @param foreignPage the page of another site, by a browser
 * @param token what was shown as {@code Authorization: Bearer}; null for nothing
 */
record Caller(boolean here, boolean foreignPage, @Nullable String token) {
  private static final Pattern BEARER = Pattern.compile("(?i)bearer +(\\S+) *");
  private static final Pattern THIS_MACHINE =
      Pattern.compile("(localhost|127(\\.[0-9]{1,3}){3}|\\[::1])(:[0-9]{1,5})?");

  static Caller of(Context context) {
    String origin = context.header("Origin");
    String host = context.header("Host");
    boolean foreign = origin != null && !isOurs(origin, host);
    boolean proxied =
        context.header("X-Forwarded-For") != null || context.header("Forwarded") != null;
    // A page of ours counts only under a name that cannot lead elsewhere.
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

package com.voltageems.hissrv.query.http;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The host names under which browsers may call this service. A stranger's page can let its own name
 * point to this machine and then read our answers as its own (DNS rebinding). This is impossible
 * with an address or with a name without a dot. Pure.
 */
final class AllowedHosts {
  private static final Pattern IP_V4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");

  private final List<String> names;

  /**
   * @param names allowed besides those that always are; {@code *} allows any name
   */
  AllowedHosts(List<String> names) {
    this.names = names.stream().map(AllowedHosts::plain).toList();
  }

  /**
   * @param header the {@code Host} header; null if absent, as with HTTP/1.0
   */
  boolean allows(@Nullable String header) {
    if (header == null || header.isEmpty() || names.contains("*")) {
      return true;
    }
    String host = plain(withoutPort(header));
    return host.startsWith("[")
        || IP_V4.matcher(host).matches()
        || host.indexOf('.') < 0
        || host.endsWith(".localhost")
        || names.contains(host);
  }

  private static String withoutPort(String header) {
    int colon = header.lastIndexOf(':');
    return colon < 0 || header.indexOf(']', colon) >= 0 ? header : header.substring(0, colon);
  }

  private static String plain(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }
}

package com.voltageems.hissrv.plugin;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A server's address, {@code scheme://host:port/path}. {@link #parse} reads it, not {@link
 * java.net.URI}: that class does not accept a host with an underscore, as Docker Compose creates
 * them, and repeats a password in its messages.
 *
 * @param port -1 if the address has none
 * @param path with its leading slash; empty if the address has none
 */
public record Address(String scheme, String host, int port, String path) {
  private static final Pattern FORM =
      Pattern.compile(
          "([A-Za-z][A-Za-z0-9+.-]*)://(\\[[0-9A-Fa-f:.]+]|[\\p{L}\\p{N}._-]+)(?::([0-9]{1,5}))?(/[^\\s]*)?");

  private static final Pattern BARE_IPV6 =
      Pattern.compile("[0-9A-Fa-f]*(:[0-9A-Fa-f.]*){2,}(/.*)?");

  private static final Pattern ZONE = Pattern.compile("\\[[0-9A-Fa-f:.]*%");

  /**
   * Parses an address.
   *
   * @param schemes the accepted schemes, in lower case
   * @param instead where users, passwords and parameters belong; part of the message
   * @throws IllegalArgumentException with a message for the user, without a secret
   */
  public static Address parse(String text, List<String> schemes, String instead) {
    if (text.indexOf('@') >= 0) {
      throw new IllegalArgumentException(
          "a user or password in an address would be shown in the open; " + instead);
    }
    String path = text.split("[?#]", 2)[0];
    if (path.length() < text.length()) {
      throw new IllegalArgumentException(
          masked(text.substring(path.length())) + " is not read from an address; " + instead);
    }
    int colon = text.indexOf("://");
    if (colon < 0 || !schemes.contains(text.substring(0, colon).toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException("the scheme is not " + String.join(" or ", schemes));
    }
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      if (BARE_IPV6.matcher(text.substring(colon + 3)).matches()) {
        throw new IllegalArgumentException("an IPv6 address stands in brackets, as in [::1]");
      }
      throw new IllegalArgumentException(
          ZONE.matcher(text).find()
              ? "an IPv6 address cannot have a zone here, such as %eth0; use a name, or an address"
                  + " that is not link-local"
              : "the host is missing or no host's name");
    }
    int port = parts.group(3) == null ? -1 : Integer.parseInt(parts.group(3));
    if (port == 0 || port > 65535) {
      throw new IllegalArgumentException("the port is not from 1 to 65535");
    }
    return new Address(
        parts.group(1).toLowerCase(Locale.ROOT),
        parts.group(2),
        port,
        parts.group(4) == null ? "" : parts.group(4));
  }

  /**
   * Returns an address for messages: hides each part that may be a user, a password or a
   * parameter's value.
   */
  public static String masked(String text) {
    int at = text.lastIndexOf('@');
    String shown = text;
    if (at >= 0) {
      int start = text.indexOf("://");
      shown = (start < 0 ? "" : text.substring(0, start + 3)) + "[hidden]" + text.substring(at);
    }
    int query = shown.indexOf('?');
    if (query < 0) {
      int fragment = shown.indexOf('#');
      return fragment < 0 ? shown : shown.substring(0, fragment) + "#[hidden]";
    }
    return shown.substring(0, query)
        + Stream.of(shown.substring(query + 1).split("&", -1))
            .map(
                each -> each.contains("=") ? each.replaceFirst("(?s)=.*", "=[hidden]") : "[hidden]")
            .collect(Collectors.joining("&", "?", ""));
  }
}

package com.voltageems.hissrv.query.setting;

import com.voltageems.hissrv.plugin.Address;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Converts the texts of settings to values; each method throws IllegalArgumentException if the text
 * is invalid.
 */
public final class Parse {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,12})(ms|s|m|h|d|w)");
  private static final Pattern HOST_PORT =
      Pattern.compile("([^\\s:,]+|\\[[0-9a-fA-F:.]+]):[0-9]{1,5}");

  /**
   * An address with colons of its own, without the brackets that separate them from a port's colon.
   */
  private static final Pattern ZONE = Pattern.compile("\\[[0-9A-Fa-f:.]*%");

  private static final Pattern BARE_IPV6 =
      Pattern.compile(
          "(\\w+://)?([^/]*@)?[0-9a-fA-F:.]*(::|(:[0-9a-fA-F]+){7})[0-9a-fA-F:.]*(/.*)?");

  private static final Pattern ORIGIN =
      Pattern.compile("https?://[a-z0-9._-]+(:[0-9]{1,5})?|https?://\\[[0-9a-f:]+](:[0-9]{1,5})?");

  private Parse() {}

  public static String text(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("empty");
    }
    return text;
  }

  public static Function<String, Integer> number(int least, int most) {
    return text -> {
      int number = Integer.parseInt(text);
      if (number < least || number > most) {
        throw new IllegalArgumentException("out of range");
      }
      return number;
    };
  }

  public static Function<String, Duration> duration(Duration least, Duration most) {
    return text -> {
      Duration duration = duration(text);
      if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
        throw new IllegalArgumentException("out of range");
      }
      return duration;
    };
  }

  /** Parses {@code 500ms}, {@code 5s}, {@code 1m}, {@code 1h}, {@code 1d}, {@code 1w}. */
  public static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("no time");
    }
    long count = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(count);
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      case "d" -> Duration.ofDays(count);
      default -> Duration.ofDays(Math.multiplyExact(count, 7));
    };
  }

  public static String postgresUrl(String text) {
    if (!text.startsWith("jdbc:postgresql://")) {
      throw new IllegalArgumentException("not a JDBC address of PostgreSQL's protocol");
    }
    return text;
  }

  public static String hostPorts(String text) {
    List<String> all = new ArrayList<>();
    for (String one : text.split(",", -1)) {
      String server = one.strip();
      if (!text.isEmpty() && !isHostPort(server)) {
        throw new IllegalArgumentException("not host:port");
      }
      all.add(server);
    }
    return String.join(",", all);
  }

  /**
   * Returns whether the text is {@code host:port}; an IPv6 address needs brackets, because it has
   * colons of its own.
   */
  public static boolean isHostPort(String text) {
    return HOST_PORT.matcher(text).matches();
  }

  /** Returns a host's name or address; brackets around an IPv6 address are removed. */
  public static String host(String text) {
    return text(text.matches("\\[.+]") ? text.substring(1, text.length() - 1) : text);
  }

  /**
   * Returns a hint to add to a message if an IPv6 address lacks its brackets or has a zone; else an
   * empty text.
   */
  public static String ipv6Hint(String text) {
    if (ZONE.matcher(text).find()) {
      return "; an IPv6 address cannot have a zone here, such as %eth0: use a name, or an address"
          + " that is not link-local";
    }
    return BARE_IPV6.matcher(text).matches()
        ? "; an IPv6 address stands in brackets, as in [::1]"
        : "";
  }

  public static boolean bool(String text) {
    if (!text.equals("true") && !text.equals("false")) {
      throw new IllegalArgumentException("neither true nor false");
    }
    return text.equals("true");
  }

  /** Returns names that are separated by commas; an empty text gives none. */
  public static List<String> names(String text) {
    List<String> all = new ArrayList<>();
    for (String one : text.isEmpty() ? List.<String>of() : List.of(text.split(",", -1))) {
      all.add(text(one.strip()));
    }
    return all;
  }

  /**
   * Returns origins as browsers write them, separated by commas, or {@code *}; an empty text gives
   * none.
   */
  public static List<String> origins(String text) {
    List<String> all = names(text);
    if (!all.equals(List.of("*")) && !all.stream().allMatch(one -> ORIGIN.matcher(one).matches())) {
      throw new IllegalArgumentException("not an origin");
    }
    return all;
  }

  /** Returns addresses that are separated by commas; an empty text gives none. */
  public static List<URI> httpUrls(String text) {
    List<URI> all = new ArrayList<>();
    for (String one : text.isEmpty() ? List.<String>of() : List.of(text.split(",", -1))) {
      all.add(httpUrl(one.strip()).orElseThrow(IllegalArgumentException::new));
    }
    return all;
  }

  /** Returns a text for messages: masks a login that an address may contain. */
  public static String shown(String text) {
    return text.contains("://") ? Address.masked(text) : text;
  }

  /**
   * Returns an address; empty for an empty text. Refuses a login in it: every reader sees the
   * address, and the login would have no effect.
   */
  public static Optional<URI> httpUrl(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    URI uri = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
    // Not all of the clients know zones, and neither do the plugins.
    if (uri.getHost() == null
        || uri.getHost().contains("%")
        || uri.getUserInfo() != null
        || !List.of("http", "https").contains(uri.getScheme())) {
      throw new IllegalArgumentException("not http");
    }
    return Optional.of(uri);
  }
}

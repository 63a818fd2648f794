package com.voltageems.hissrv.query.site.key;

import com.voltageems.hissrv.query.setting.Parse;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The type and the limits of a single value.
 *
 * @param least smallest number, or smallest duration in milliseconds
 * @param most largest number, or largest duration in milliseconds
 * @param choices the accepted texts of a choice or boolean; otherwise empty
 * @param expected completes "needs ..."
 */
public record Scalar(Kind kind, long least, long most, List<String> choices, String expected)
    implements Shape {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d|w)");
  private static final Pattern INTEGER = Pattern.compile("[0-9]{1,12}");

  /** A password may contain colons and brackets; a host contains them only as an IPv6 address. */
  private static final Pattern REDIS =
      Pattern.compile(
          "rediss?://([^\\s/]*@)?(\\[[0-9a-fA-F:.]+]|[^\\s/@:\\[\\]]+)(:[0-9]{1,5})?(/[0-9]{0,5})?");

  private static final Pattern LOGIN = Pattern.compile("://[^/,]*@");

  /** The type of a value. */
  public enum Kind {
    TEXT,
    /** A file's path; an empty one counts as absent. */
    FILE,
    /** Never shown. */
    SECRET,
    NUMBER,
    DURATION,
    BOOLEAN,
    CHOICE,
    /** An address that begins with http. */
    URL,
    /** Several of these, separated by commas. */
    URLS,
    /** redis:// or rediss://, which may contain a password. */
    REDIS_URL,
    HOST_PORT,
    NAME,
    REGEX
  }

  public Scalar {
    choices = List.copyOf(choices);
  }

  static Scalar text(String expected) {
    return new Scalar(Kind.TEXT, 0, 0, List.of(), expected);
  }

  static Scalar file() {
    return new Scalar(Kind.FILE, 0, 0, List.of(), "a file");
  }

  static Scalar secret() {
    return new Scalar(Kind.SECRET, 0, 0, List.of(), "a text; best a ${VARIABLE}");
  }

  static Scalar number(long least, long most) {
    return new Scalar(
        Kind.NUMBER, least, most, List.of(), "a number from " + least + " to " + most);
  }

  static Scalar duration(String least, String most) {
    return new Scalar(
        Kind.DURATION,
        millis(least),
        millis(most),
        List.of(),
        "a duration from " + least + " to " + most + ", such as 5s, 1m, 1h");
  }

  static Scalar bool() {
    return new Scalar(Kind.BOOLEAN, 0, 0, List.of("true", "false"), "true or false");
  }

  static Scalar choice(String... choices) {
    List<String> all = List.of(choices);
    String expected =
        all.size() == 1
            ? all.get(0)
            : String.join(", ", all.subList(0, all.size() - 1)) + " or " + all.get(all.size() - 1);
    return new Scalar(Kind.CHOICE, 0, 0, all, expected);
  }

  static Scalar url() {
    return new Scalar(Kind.URL, 0, 0, List.of(), "an address such as http://127.0.0.1:8086");
  }

  /** Returns addresses of equal servers: one environment variable may hold several. */
  static Scalar urls() {
    return new Scalar(
        Kind.URLS,
        0,
        0,
        List.of(),
        "an address such as http://127.0.0.1:8083, several separated by commas");
  }

  static Scalar redisUrl() {
    return new Scalar(
        Kind.REDIS_URL, 0, 0, List.of(), "an address such as redis://127.0.0.1:6379 or rediss://…");
  }

  /** Returns servers: several in one text are how Kafka and an environment variable name them. */
  static Scalar hostPorts() {
    return new Scalar(Kind.HOST_PORT, 0, 0, List.of(), "host:port, several separated by commas");
  }

  static Scalar name() {
    return new Scalar(Kind.NAME, 0, 0, List.of(), "letters, digits, '_', '.' and '-'");
  }

  static Scalar regex() {
    return new Scalar(Kind.REGEX, 0, 0, List.of(), "a Java regular expression");
  }

  /**
   * Checks a text. Returns the message that completes "the value ...", or empty if the text is
   * valid.
   */
  Optional<String> check(String text) {
    boolean right =
        switch (kind) {
          case TEXT, FILE, SECRET -> !text.isBlank();
          case NUMBER -> INTEGER.matcher(text).matches() && isWithin(Long.parseLong(text));
          case DURATION -> DURATION.matcher(text).matches() && isWithin(millis(text));
          case BOOLEAN, CHOICE -> choices.contains(text);
          case URL -> isUrl(text);
          case URLS -> each(text, Scalar::isUrl);
          case REDIS_URL -> REDIS.matcher(text).matches();
          case HOST_PORT -> each(text, Parse::isHostPort);
          case NAME -> text.matches("[A-Za-z0-9_.-]{1,200}");
          case REGEX -> true;
        };
    if (kind == Kind.REGEX) {
      return regexError(text);
    }
    return right
        ? Optional.empty()
        : Optional.of(
            "needs " + expected + (isAddress() ? Parse.ipv6Hint(text) : "") + loginHint(text));
  }

  private String loginHint(String text) {
    return (kind == Kind.URL || kind == Kind.URLS) && LOGIN.matcher(text).find()
        ? "; user and password stand in keys of their own"
        : "";
  }

  private static boolean each(String text, Predicate<String> check) {
    return Arrays.stream(text.split(",", -1)).map(String::strip).allMatch(check);
  }

  private boolean isAddress() {
    return switch (kind) {
      case URL, URLS, REDIS_URL, HOST_PORT -> true;
      default -> false;
    };
  }

  private boolean isWithin(long value) {
    return value >= least && value <= most;
  }

  private static Optional<String> regexError(String text) {
    try {
      Pattern.compile(text);
      return text.isEmpty() ? Optional.of("needs a Java regular expression") : Optional.empty();
    } catch (PatternSyntaxException e) {
      return Optional.of(
          "is not a Java regular expression: "
              + e.getDescription()
              + " near index "
              + e.getIndex());
    }
  }

  private static boolean isUrl(String text) {
    try {
      URI uri = URI.create(text);
      return uri.getHost() != null
          && !uri.getHost().contains("%")
          && text.matches("https?://.*")
          && uri.getUserInfo() == null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Returns the milliseconds of a duration's text that was checked before. */
  static long millis(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not a duration such as 5s, 1m, 1h");
    }
    long count = Long.parseLong(matcher.group(1));
    Duration unit =
        switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(1);
          case "s" -> Duration.ofSeconds(1);
          case "m" -> Duration.ofMinutes(1);
          case "h" -> Duration.ofHours(1);
          case "d" -> Duration.ofDays(1);
          default -> Duration.ofDays(7);
        };
    return unit.multipliedBy(count).toMillis();
  }
}

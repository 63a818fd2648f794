package com.voltageems.hissrv.query.health;

import com.voltageems.hissrv.plugin.tls.TlsException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/** Removes possible secrets from other programs' messages before they are shown. Pure. */
public final class Redaction {
  private static final int LONGEST = 4000;

  /** {@code password=x}, {@code "token": "x"}, {@code sasl.jaas.config = ...}. */
  private static final Pattern NAMED =
      Pattern.compile(
          "(?i)([\\w.-]*(?:password|passwd|secret|token|credential|api[_.-]?key|jaas\\.config)"
              + "[\\w.-]*[\"']?\\s*[=:]\\s*)(\"[^\"]*\"|'[^']*'|(?:Token |Bearer |Basic )?[^\\s,;})\\]]+)");

  private static final Pattern HEADER =
      Pattern.compile("(?i)\\b(Token|Bearer|Basic)\\s+[A-Za-z0-9+/_=.~-]{6,}");

  /** {@code scheme://user:password@host}. */
  private static final Pattern USER_INFO = Pattern.compile("(\\w+://)[^/\\s@]+@");

  private Redaction() {}

  /** Returns the text without secrets, cut to a few thousand characters. */
  public static String text(String text) {
    String cut = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    String named = NAMED.matcher(cut).replaceAll("$1***");
    String headers = HEADER.matcher(named).replaceAll("$1 ***");
    return USER_INFO.matcher(headers).replaceAll("$1***@");
  }

  /**
   * Describes a client's failure in one line: its kind and its message.
   *
   * @param timeout the timeout of the call: the JDK's own timeout exception has no message
   */
  public static String failure(Throwable failure, Duration timeout) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof TlsException) {
        return oneLine(String.valueOf(cause.getMessage()));
      }
    }
    return failure.getMessage() == null && failure instanceof TimeoutException
        ? "no answer within " + timeout.toMillis() + " ms (health.timeout)"
        : oneLine(failure.getClass().getSimpleName() + ": " + failure.getMessage());
  }

  /** Returns the first line of the text, without secrets. */
  public static String oneLine(String text) {
    return text(text.lines().findFirst().orElse(""));
  }
}

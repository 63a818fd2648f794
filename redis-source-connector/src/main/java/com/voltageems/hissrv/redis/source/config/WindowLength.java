package com.voltageems.hissrv.redis.source.config;

/** The length of a window as its name says it: {@code 5s}, {@code 1m}, {@code 1h}. */
public final class WindowLength {
  private WindowLength() {}

  static boolean isValid(String window) {
    return window.matches("[1-9][0-9]{0,4}[smh]");
  }

  /**
   * In seconds.
   *
   * @param window a valid one
   */
  public static long seconds(String window) {
    long number = Long.parseLong(window.substring(0, window.length() - 1));
    return switch (window.charAt(window.length() - 1)) {
      case 's' -> number;
      case 'm' -> number * 60;
      default -> number * 3600;
    };
  }
}

package com.voltageems.hissrv.redis.source.sample;

/**
 * Thrown if a pattern needs more work for one text than any reasonable pattern does: the text is
 * rejected.
 */
public final class RegexTooSlowException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RegexTooSlowException(String pattern, int textLength) {
    super(
        "pattern "
            + pattern
            + " was given up on a text of "
            + textLength
            + " characters: it backtracks too much");
  }
}

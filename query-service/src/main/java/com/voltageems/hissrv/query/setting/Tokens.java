package com.voltageems.hissrv.query.setting;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.regex.Pattern;

/** Secrets that callers send as {@code Authorization: Bearer}; never shown in a text. */
public record Tokens(List<String> texts) {
  /** The form of a valid setting; completes "needs ...". */
  public static final String EXPECTED =
      "tokens of at least 16 letters, digits or -._~+/ each, separated by commas; try `openssl rand"
          + " -hex 24`";

  /** The characters that RFC 6750 allows in a header, and enough of them not to be guessed. */
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]{16,500}=*");

  /** No caller needs a token. */
  public static final Tokens NONE = new Tokens(List.of());

  public Tokens {
    texts = List.copyOf(texts);
  }

  /** Returns tokens that are separated by commas; an empty text gives none. */
  public static Tokens parse(String text) {
    List<String> all = Parse.names(text);
    if (!all.stream().allMatch(one -> TOKEN.matcher(one).matches())) {
      throw new IllegalArgumentException("too short, or not for a header");
    }
    return new Tokens(all);
  }

  public boolean isEmpty() {
    return texts.isEmpty();
  }

  /**
   * Returns whether the given token is one of these. The time it takes does not reveal how much of
   * it is right.
   */
  public boolean has(String given) {
    byte[] bytes = given.getBytes(StandardCharsets.UTF_8);
    boolean found = false;
    for (String text : texts) {
      found |= MessageDigest.isEqual(bytes, text.getBytes(StandardCharsets.UTF_8));
    }
    return found;
  }

  @Override
  public String toString() {
    return "Tokens[" + texts.size() + "]";
  }
}

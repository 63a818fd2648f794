package com.voltageems.hissrv.query.setting;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.regex.Pattern;

/** Secrets that callers show as {@code Authorization: Bearer}; never in a text. */
public record Tokens(List<String> texts) {
  /** What a right setting looks like; completes "needs ...". */
  public static final String EXPECTED =
      "tokens of at least 16 letters, digits or -._~+/ each, separated by commas; try `openssl rand"
          + " -hex 24`";

  /** What RFC 6750 lets through a header, and long enough not to be guessed. */
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]{16,500}=*");

  /** Nobody needs one. */
  public static final Tokens NONE = new Tokens(List.of());

  public Tokens {
    texts = List.copyOf(texts);
  }

  /** Several, separated by commas; none in an empty text. */
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

  /** Whether it is one of them; how long that takes does not tell how much of it is right. */
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

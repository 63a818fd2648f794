package com.voltageems.hissrv.query.alert;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The signatures of robots, each made of a time and a secret. Pure. */
final class Signature {
  private static final String HMAC = "HmacSHA256";

  private Signature() {}

  /** Returns DingTalk's signature in Base64: time and secret, signed with the secret. */
  static String dingtalk(long epochMillis, String secret) {
    return signed(epochMillis + "\n" + secret, secret);
  }

  /** Returns Feishu's signature in Base64: an empty text, signed with time and secret. */
  static String feishu(long epochSeconds, String secret) {
    return signed("", epochSeconds + "\n" + secret);
  }

  private static String signed(String text, String key) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), HMAC));
      return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + HMAC, e);
    }
  }
}

package com.voltageems.hissrv.redis.source.sample;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Key of a window's hash: {@code archive:1m:1704067200:1001}.
 *
 * @param window length of the window as in the key, such as {@code 1m}
 * @param startSeconds start of the window, epoch seconds
 * @param channel the rest: {@code 1001}, {@code 1001:s}, {@code inst:1:M}, {@code
 *     modsrv:power_calc}
 */
public record ArchiveKey(String window, long startSeconds, String channel) {
  private static final String PREFIX = "archive:";
  private static final int MAX_START_DIGITS = 12;

  /** Parses a key; returns null if it has another layout. */
  public static @Nullable ArchiveKey parse(String key) {
    if (!key.startsWith(PREFIX)) {
      return null;
    }
    int windowEnd = key.indexOf(':', PREFIX.length());
    int startEnd = windowEnd < 0 ? -1 : key.indexOf(':', windowEnd + 1);
    if (startEnd < 0 || startEnd + 1 == key.length() || windowEnd == PREFIX.length()) {
      return null;
    }
    String start = key.substring(windowEnd + 1, startEnd);
    if (!isDigits(start) || start.length() > MAX_START_DIGITS) {
      return null;
    }
    return new ArchiveKey(
        key.substring(PREFIX.length(), windowEnd),
        Long.parseLong(start),
        key.substring(startEnd + 1));
  }

  /**
   * Returns the start of a window from its key, in epoch milliseconds; {@link ValueText#NO_TIME}
   * for other keys.
   */
  public static long startMillis(byte[] key) {
    ArchiveKey parsed =
        key.length > 0 && key[0] == PREFIX.charAt(0) ? parse(Bytes.text(key)) : null;
    return parsed == null ? ValueText.NO_TIME : parsed.startSeconds() * 1000;
  }

  /** Returns the series of this layout, which applies if no mapping matches. */
  Series series() {
    Map<String, String> tags = new LinkedHashMap<>();
    tags.put("interval", window);
    String[] parts = channel.split(":", -1);
    if (isDigits(parts[0]) && parts.length <= 2) {
      tags.put("channel", parts[0]);
      if (parts.length == 2) {
        tags.put("type", parts[1]);
      }
      return KeyMapper.series("telemetry", tags);
    }
    if (parts.length == 3 && parts[0].equals("inst")) {
      tags.put("instance", parts[1]);
      tags.put("type", parts[2]);
      return KeyMapper.series("inst", tags);
    }
    if (parts.length >= 2 && parts[0].equals("modsrv")) {
      tags.put("model", channel.substring("modsrv:".length()));
      return KeyMapper.series("model_data", tags);
    }
    tags.put("channel", channel);
    return KeyMapper.series("telemetry", tags);
  }

  private static boolean isDigits(String text) {
    if (text.isEmpty()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }
}

package com.voltageems.hissrv.redis.source.link;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/** SCAN over all primaries, one bounded step at a time. */
public final class KeyScan {
  private static final String COUNT = "1000";

  private final RedisLink link;
  private final String pattern;
  private int primary;
  private byte[] cursor = Bytes.of("0");
  private int generation = -1;

  public KeyScan(RedisLink link, String pattern) {
    this.link = link;
    this.pattern = pattern;
  }

  /**
   * Runs one SCAN call. May report a key twice. Starts again after a reconnect, because a cursor
   * belongs to one node.
   *
   * @return whether the scan is complete
   */
  public boolean step(Consumer<byte[]> keys) {
    int primaries = link.primaries();
    if (link.generation() != generation) {
      primary = 0;
      cursor = Bytes.of("0");
      generation = link.generation();
    }
    Object reply =
        link.callOn(
            primary,
            new Command(
                Bytes.of("SCAN"),
                -1,
                new byte[][] {
                  cursor, Bytes.of("MATCH"), Bytes.of(pattern), Bytes.of("COUNT"), Bytes.of(COUNT)
                }));
    List<?> parts = (List<?>) java.util.Objects.requireNonNull(reply);
    for (Object key : (List<?>) parts.get(1)) {
      keys.accept((byte[]) key);
    }
    cursor = (byte[]) parts.get(0);
    if (new String(cursor, StandardCharsets.US_ASCII).equals("0")) {
      primary++;
    }
    return primary >= primaries;
  }
}

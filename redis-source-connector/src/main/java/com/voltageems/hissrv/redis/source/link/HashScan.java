package com.voltageems.hissrv.redis.source.link;

import com.voltageems.hissrv.redis.source.bytes.ByteKey;
import com.voltageems.hissrv.redis.source.bytes.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Reads a large hash by HSCAN, in steps, so that Redis can serve other clients in between. */
public final class HashScan {
  /** A hash with more fields is read in steps: HGETALL would block Redis for too long. */
  public static final int MAX_FIELDS_AT_ONCE = 10_000;

  public static final int MAX_FIELDS_A_STEP = 1000;

  private static final byte[] BEGIN = Bytes.of("0");
  private static final byte[] COUNT = Bytes.of("COUNT");

  private HashScan() {}

  /**
   * Returns all fields and values, alternating, each field once. Fields written during the scan may
   * or may not be included. Empty if the key does not exist.
   *
   * @param step approximate number of fields that one command returns
   * @throws RedisReplyException if the key is of another type
   */
  public static List<byte[]> read(RedisLink link, byte[] key, int step) {
    Map<ByteKey, byte[]> all = new LinkedHashMap<>();
    byte[] cursor = BEGIN;
    do {
      Command command = Command.keyed("HSCAN", key, cursor, COUNT, Bytes.of(String.valueOf(step)));
      List<?> reply = (List<?>) Objects.requireNonNull(link.call(command));
      cursor = (byte[]) Objects.requireNonNull(reply.get(0));
      List<?> some = (List<?>) Objects.requireNonNull(reply.get(1));
      for (int i = 0; i + 1 < some.size(); i += 2) {
        all.put(new ByteKey((byte[]) some.get(i)), (byte[]) some.get(i + 1));
      }
    } while (!Arrays.equals(cursor, BEGIN));
    List<byte[]> pairs = new ArrayList<>(2 * all.size());
    all.forEach(
        (field, value) -> {
          pairs.add(field.bytes);
          pairs.add(value);
        });
    return pairs;
  }
}

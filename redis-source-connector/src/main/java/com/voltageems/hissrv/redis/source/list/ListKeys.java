package com.voltageems.hissrv.redis.source.list;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import java.util.List;

/** A pending list and the keys beside it. */
public final class ListKeys {
  private final List<byte[]> keys;

  /**
   * The keys beside a list.
   *
   * @param cluster whether they have to be in one slot: with the list's own name as hash tag, where
   *     it has none
   */
  public ListKeys(String list, boolean cluster) {
    String base = cluster && list.indexOf('{') < 0 ? "{" + list + "}" : list;
    this.keys =
        List.of(
            Bytes.of(list),
            Bytes.of(base + ":inflight"),
            Bytes.of(base + ":claim"),
            Bytes.of(base + ":rejected"),
            Bytes.of(base + ":owner"));
  }

  /** Newest on the left. */
  byte[] list() {
    return keys.get(0);
  }

  /** The elements of the claim, oldest on the left. */
  byte[] inflight() {
    return keys.get(1);
  }

  /** The claim's id. */
  byte[] claim() {
    return keys.get(2);
  }

  /** Elements that are not samples, with the reason, newest on the left. */
  byte[] rejected() {
    return keys.get(3);
  }

  /** The name of the connector that drains the list; expires when that is gone. */
  public byte[] owner() {
    return keys.get(4);
  }

  /** In this order, as the claim script takes them. */
  List<byte[]> all() {
    return keys;
  }
}

package com.voltageems.hissrv.redis.source.list;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import java.util.List;

/** Pending list and its helper keys. */
public final class ListKeys {
  private final List<byte[]> keys;

  /**
   * Creates the keys for a list.
   *
   * @param cluster whether all keys must be in one slot: if the list's name has no hash tag, the
   *     name itself becomes the hash tag
   */
  public ListKeys(String list, boolean cluster) {
    String base = cluster && list.indexOf('{') < 0 ? "{" + list + "}" : list;
    this.keys =
        List.of(
            Bytes.of(list),
            Bytes.of(base + ":inflight"),
            Bytes.of(base + ":claim"),
            Bytes.of(base + ":rejected"),
            Bytes.of(base + ":owner"),
            Bytes.of(base + ":claimed"));
  }

  /** Returns the key of the list; its newest element is on the left. */
  byte[] list() {
    return keys.get(0);
  }

  /** Returns the key of the claim's elements; the oldest is on the left. */
  byte[] inflight() {
    return keys.get(1);
  }

  /** Returns the key of the claim's id. */
  byte[] claim() {
    return keys.get(2);
  }

  /**
   * Returns the key of the list of elements that are not samples, each with the reason; the newest
   * is on the left.
   */
  byte[] rejected() {
    return keys.get(3);
  }

  /**
   * Returns the key of the name of the connector that drains the list. It expires when that
   * connector is gone.
   */
  public byte[] owner() {
    return keys.get(4);
  }

  /** Returns the key of the number of elements that were ever claimed. */
  byte[] claimed() {
    return keys.get(5);
  }

  /** Returns all keys but {@link #claimed}, for a user who may not have that. */
  List<byte[]> uncounted() {
    return keys.subList(0, 5);
  }

  /** Returns all keys, in the order in which the claim script takes them. */
  List<byte[]> all() {
    return keys;
  }
}

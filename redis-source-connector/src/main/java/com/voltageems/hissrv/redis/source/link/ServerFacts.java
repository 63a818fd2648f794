package com.voltageems.hissrv.redis.source.link;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a server reports about itself.
 *
 * @param mode standalone, cluster or sentinel
 * @param role master or replica
 */
public record ServerFacts(String mode, String role) {

  /** Reads the reply to HELLO: names and values, alternating. */
  public static ServerFacts ofHello(List<?> pairs) {
    return new ServerFacts(text(pairs, "mode"), text(pairs, "role"));
  }

  private static String text(List<?> pairs, String name) {
    for (int i = 0; i + 1 < pairs.size(); i += 2) {
      if (pairs.get(i) instanceof byte[] key
          && Bytes.text(key).equals(name)
          && pairs.get(i + 1) instanceof byte[] value) {
        return Bytes.text(value);
      }
    }
    return "";
  }

  public boolean isPrimary() {
    return !isReplica() && !mode.equals("sentinel");
  }

  public boolean isReplica() {
    return role.equals("replica") || role.equals("slave");
  }

  /**
   * Returns why this server cannot be read as a single server that has all keys; null if it can.
   *
   * @param names of the settings that would be right
   */
  public @Nullable String notStandalone(SettingNames names) {
    return switch (mode) {
      case "cluster" ->
          "is a node of a cluster and has a part of the keys only: use "
              + names.mode()
              + "=cluster and "
              + names.nodes();
      case "sentinel" ->
          "is a sentinel, which has no data: use "
              + names.mode()
              + "=sentinel and "
              + names.nodes();
      default -> null;
    };
  }
}

package com.voltageems.hissrv.redis.source.link;

/**
 * Error reply that concerns one command only, such as {@code WRONGTYPE}.
 *
 * @param message the error as Redis sent it
 */
public record RedisError(String message) {
  public boolean isWrongType() {
    return message.startsWith("WRONGTYPE") || message.contains("WRONGTYPE ");
  }

  /**
   * Returns whether no node that can be reached has the key's slot. Such an error of Redis itself
   * is thrown: see {@link ErrorKind#MOVED}.
   */
  public boolean isAway() {
    return message.startsWith("CLUSTERDOWN");
  }

  boolean isNoScript() {
    return message.startsWith("NOSCRIPT");
  }
}

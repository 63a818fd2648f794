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

  boolean isNoScript() {
    return message.startsWith("NOSCRIPT");
  }
}

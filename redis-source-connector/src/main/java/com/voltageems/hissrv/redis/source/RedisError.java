package com.voltageems.hissrv.redis.source;

/**
 * An error reply that concerns one command only, such as {@code WRONGTYPE}.
 *
 * @param message as Redis sent it
 */
record RedisError(String message) {
  boolean isWrongType() {
    return message.startsWith("WRONGTYPE") || message.contains("WRONGTYPE ");
  }

  boolean isNoScript() {
    return message.startsWith("NOSCRIPT");
  }
}

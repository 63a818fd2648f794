package com.voltageems.hissrv.lua;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/**
 * The script as a caller uses it: EVALSHA with no keys, loaded when the server does not know it,
 * called again while it says that something is left. One thread at a time, as its connection.
 */
final class Script {
  /** More slices than any test or site needs: beyond it the script goes round in circles. */
  private static final int CALLS_MAX = 100_000;

  private static final String TEXT = read();

  private final Jedis redis;
  private final String text;
  private String sha;

  Script(Jedis redis) {
    this(redis, TEXT);
  }

  /**
   * @param text the script's, maybe changed
   */
  Script(Jedis redis, String text) {
    this.redis = redis;
    this.text = text;
    this.sha = redis.scriptLoad(text);
  }

  /** The script's text, from the resource that users of the jar load. */
  static String text() {
    return TEXT;
  }

  /** Calls until nothing is left; returns the number of calls. */
  int run(String action, String... argument) {
    for (int calls = 1; calls <= CALLS_MAX; calls++) {
      if (call(action, argument) == 0) {
        return calls;
      }
    }
    throw new IllegalStateException(action + " found no end in " + CALLS_MAX + " calls");
  }

  int run(String action, long epochSeconds) {
    return run(action, String.valueOf(epochSeconds));
  }

  /** One call; its integer reply. */
  long call(String action, String... argument) {
    List<String> arguments = new ArrayList<>(List.of(action));
    arguments.addAll(List.of(argument));
    try {
      return (Long) redis.evalsha(sha, List.of(), arguments);
    } catch (JedisNoScriptException e) {
      sha = redis.scriptLoad(text);
      return (Long) redis.evalsha(sha, List.of(), arguments);
    }
  }

  private static String read() {
    try (InputStream in = Script.class.getResourceAsStream("/hissrv.lua")) {
      if (in == null) {
        throw new IllegalStateException("no resource /hissrv.lua on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

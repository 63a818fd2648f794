package com.voltageems.hissrv.redis.source.link;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Lua script that is called by its hash, and sent in full if Redis does not know it (any more). */
public final class RedisScript {
  private static final Pattern LINE = Pattern.compile("user_script: ?([0-9]{1,6})");
  private static final Pattern CALL = Pattern.compile("(?:call|try)\\('([A-Z]+)'");
  private final byte[] text;
  private final byte[] sha;

  RedisScript(byte[] text) {
    this.text = text.clone();
    try {
      this.sha =
          Bytes.of(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(this.text)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }

  /**
   * Loads a script from the class path. A {@code resource} without a leading slash is in the
   * package of {@code user}.
   */
  public static RedisScript resource(Class<?> user, String resource) {
    try (InputStream in = user.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + resource + " is not in the archive");
      }
      return new RedisScript(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the resource " + resource, e);
    }
  }

  /**
   * Runs the script and returns its result.
   *
   * @throws RedisReplyException if the script ends with an error
   */
  public @Nullable Object run(RedisLink link, List<byte[]> keys, List<byte[]> args) {
    try {
      return evaluate(link, keys, args);
    } catch (CommandRefusedException e) {
      throw e.isInScript() ? e.ofScript("EVALSHA", calledAt(e.reply())) : e;
    }
  }

  private @Nullable Object evaluate(RedisLink link, List<byte[]> keys, List<byte[]> args) {
    try {
      return link.call(command("EVALSHA", sha, keys, args));
    } catch (RedisReplyException e) {
      if (!e.error().isNoScript()) {
        throw e;
      }
      // Redis lost the script (SCRIPT FLUSH, a restart, another node): EVAL runs it and caches it
      // again.
      return link.call(command("EVAL", text, keys, args));
    }
  }

  /**
   * Finds the command that was refused in the script: the script names it itself, or Redis reports
   * its line.
   */
  private String calledAt(String reply) {
    Matcher named = CALL.matcher(reply);
    if (named.find()) {
      return named.group(1);
    }
    Matcher line = LINE.matcher(reply);
    String[] lines = new String(text, StandardCharsets.UTF_8).split("\n", -1);
    while (line.find()) {
      int number = Integer.parseInt(line.group(1));
      Matcher call = CALL.matcher(number <= lines.length && number > 0 ? lines[number - 1] : "");
      if (call.find()) {
        return call.group(1);
      }
    }
    return "a command";
  }

  private static Command command(String name, byte[] script, List<byte[]> keys, List<byte[]> args) {
    byte[][] all = new byte[2 + keys.size() + args.size()][];
    all[0] = script;
    all[1] = String.valueOf(keys.size()).getBytes(StandardCharsets.US_ASCII);
    int at = 2;
    for (byte[] key : keys) {
      all[at++] = key;
    }
    for (byte[] arg : args) {
      all[at++] = arg;
    }
    return new Command(Bytes.of(name), keys.isEmpty() ? -1 : 2, all);
  }

  @Override
  public String toString() {
    return "script " + new String(sha, StandardCharsets.US_ASCII) + Arrays.asList(text.length);
  }
}

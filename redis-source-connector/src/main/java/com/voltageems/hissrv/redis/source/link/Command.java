package com.voltageems.hissrv.redis.source.link;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Redis command with its arguments.
 *
 * @param name the command's name, such as {@code HGETALL}
 * @param keyAt index of the argument whose key decides the cluster node, or -1 if no argument is a
 *     key
 * @param args the arguments; not copied, so nobody may change them
 */
// An array component is fine: commands are built by the ten thousand and never compared.
@SuppressWarnings("ArrayRecordComponent")
public record Command(byte[] name, int keyAt, byte[][] args) {
  private static final byte[] HGETALL = Bytes.of("HGETALL");
  private static final byte[] EXEC = Bytes.of("EXEC");

  public static Command hgetall(byte[] key) {
    return new Command(HGETALL, 0, new byte[][] {key});
  }

  /** Returns a command whose first argument is its key. */
  public static Command keyed(String name, byte[]... args) {
    return new Command(Bytes.of(name), 0, args);
  }

  /** Returns a command whose first argument is its key; takes the arguments as text. */
  public static Command keyed(String name, String... args) {
    return new Command(Bytes.of(name), 0, bytes(args));
  }

  /** Returns a command without a key. */
  public static Command of(String name, String... args) {
    return new Command(Bytes.of(name), -1, bytes(args));
  }

  public static byte[][] bytes(String... args) {
    byte[][] bytes = new byte[args.length][];
    for (int i = 0; i < args.length; i++) {
      bytes[i] = Bytes.of(args[i]);
    }
    return bytes;
  }

  /**
   * Returns the command's name and key, for messages: {@code HGETALL of the key comsrv:1:m}. Of a
   * script, all its keys; of another command with several keys, the first.
   */
  public String described() {
    if (keyAt < 0) {
      return Bytes.text(name);
    }
    // EVALSHA and EVAL: script, number of keys, keys.
    int keys = keyAt == 2 ? Integer.parseInt(Bytes.text(args[1])) : 1;
    return Bytes.text(name)
        + (keys == 1 ? " of the key " : " of the keys ")
        + Arrays.stream(args, keyAt, keyAt + keys)
            .map(Bytes::text)
            .collect(Collectors.joining(", "));
  }

  /** Returns whether the command is EXEC, so that its reply is the reply of a whole transaction. */
  public boolean isExec() {
    return Arrays.equals(name, EXEC);
  }
}

package com.voltageems.hissrv.redis.source.link;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import java.util.Arrays;

/**
 * One Redis command.
 *
 * @param name its name, such as {@code HGETALL}
 * @param keyAt which argument is the key that decides the cluster node, or -1 for none
 * @param args the arguments; not copied: nobody changes them
 */
// An array component: commands are built by the ten thousand and never compared.
@SuppressWarnings("ArrayRecordComponent")
public record Command(byte[] name, int keyAt, byte[][] args) {
  private static final byte[] HGETALL = Bytes.of("HGETALL");
  private static final byte[] EXEC = Bytes.of("EXEC");

  public static Command hgetall(byte[] key) {
    return new Command(HGETALL, 0, new byte[][] {key});
  }

  /** A command whose first argument is its key. */
  public static Command keyed(String name, byte[]... args) {
    return new Command(Bytes.of(name), 0, args);
  }

  /** A command whose first argument is its key, arguments as text. */
  public static Command keyed(String name, String... args) {
    return new Command(Bytes.of(name), 0, bytes(args));
  }

  /** A command without a key. */
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

  /** Whether its reply is that of a whole transaction. */
  public boolean isExec() {
    return Arrays.equals(name, EXEC);
  }
}

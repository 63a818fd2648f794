package com.voltageems.hissrv.redis.source.reader;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.CommandRefusedException;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keyspace events: channels on which Redis itself publishes writes. Checks patterns, and whether
 * Redis publishes the events.
 */
public final class KeyspaceEvents {
  private static final Pattern DATABASE =
      Pattern.compile("__keyspace@([0-9]+)__:.*", Pattern.DOTALL);
  private static final String SETTING = "notify-keyspace-events";

  private KeyspaceEvents() {}

  public static boolean isMeant(List<String> patterns) {
    return patterns.stream().anyMatch(KeyspaceEvents::isOne);
  }

  /** Returns whether a channel pattern is for keyspace events. */
  public static boolean isOne(String pattern) {
    return pattern.startsWith("__key");
  }

  /**
   * Returns what is wrong with a channel pattern, independent of the server; null if nothing is.
   *
   * @param uri name of the setting that contains the database
   */
  public static @Nullable String problem(String pattern, int database, String uri) {
    if (pattern.startsWith("__keyevent@")) {
      return pattern
          + ": __keyevent channels carry the events of every key; use __keyspace@"
          + database
          + "__:<key pattern>";
    }
    Matcher numbered = DATABASE.matcher(pattern);
    if (numbered.matches() && !numbered.group(1).equals(String.valueOf(database))) {
      return pattern
          + ": this pattern is for keys of database "
          + numbered.group(1)
          + ", but "
          + uri
          + " names database "
          + database;
    }
    return null;
  }

  /**
   * Asks the server whether it publishes events.
   *
   * @return why no events come; null if they do
   * @throws CommandRefusedException if the user may not ask
   */
  public static @Nullable String switchedOff(RedisLink link) {
    Object reply = link.call(Command.of("CONFIG", "GET", SETTING));
    if (!(reply instanceof List<?> pair) || pair.size() < 2) {
      return null;
    }
    String flags = Bytes.text((byte[]) pair.get(1));
    boolean hashes = flags.contains("h") || flags.contains("A");
    return flags.contains("K") && hashes
        ? null
        : "Redis publishes no events for hashes: its setting "
            + SETTING
            + " is \""
            + flags
            + "\", and needs K and h (CONFIG SET "
            + SETTING
            + " Kgh, and in redis.conf)";
  }
}

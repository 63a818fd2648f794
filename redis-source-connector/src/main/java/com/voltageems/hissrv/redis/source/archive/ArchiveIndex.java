package com.voltageems.hissrv.redis.source.archive;

import com.voltageems.hissrv.redis.source.bytes.ByteKey;
import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisScript;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Sorted set {@code archive:index:<window>}: the keys of windows, in the order in which they were
 * written.
 */
final class ArchiveIndex {
  private static final RedisScript PAGE = RedisScript.resource(ArchiveIndex.class, "page.lua");
  private static final RedisScript TRIM = RedisScript.resource(ArchiveIndex.class, "trim.lua");

  /** Most windows that one call of the script handles. */
  private static final int MAX_TRIM = 500;

  private final String name;
  private final RedisLink link;

  ArchiveIndex(String window, RedisLink link) {
    this.name = "archive:index:" + window;
    this.link = link;
  }

  /**
   * Key of a window, and its score in the index. An empty key comes before all members of that
   * score.
   */
  record Member(ByteKey key, double score) {
    static Member before(double score) {
      return new Member(new ByteKey(new byte[0]), score);
    }

    byte[] bytes() {
      return key.bytes;
    }
  }

  @Override
  public String toString() {
    return name;
  }

  /** Returns the members after the given one, in the order of the index. */
  List<Member> after(Member last, int limit) {
    List<byte[]> args =
        List.of(
            Bytes.of(String.valueOf(last.score())), last.bytes(), Bytes.of(String.valueOf(limit)));
    return members(list(PAGE.run(link, List.of(Bytes.of(name)), args)));
  }

  /**
   * Returns the member with the highest finite score: infinite scores have no place in the order,
   * see page.lua.
   */
  @Nullable Member newest() {
    return first("ZREVRANGEBYSCORE", "(inf", "-inf");
  }

  /** Returns the member with the lowest score. */
  @Nullable Member oldest() {
    return first("ZRANGEBYSCORE", "-inf", "(inf");
  }

  private @Nullable Member first(String command, String from, String to) {
    List<Member> members =
        members(
            list(
                link.call(
                    Command.keyed(command, name, from, to, "WITHSCORES", "LIMIT", "0", "1"))));
    return members.isEmpty() ? null : members.get(0);
  }

  boolean exists() {
    return Long.valueOf(1).equals(link.call(Command.keyed("EXISTS", name)));
  }

  /** Returns the score of a key; null if the key is not in the index. */
  @Nullable Double scoreOf(String key) {
    Object score = link.call(Command.keyed("ZSCORE", name, key));
    return score == null ? null : (Double) score(score);
  }

  /** Returns how many members have a higher score. */
  @Nullable Long countAfter(double score) {
    return (Long) link.call(Command.keyed("ZCOUNT", name, "(" + score, "+inf"));
  }

  /**
   * Returns which of the members were written again since they were listed. Their hash may already
   * have the content of their new score, so it is read with that score.
   */
  boolean[] writtenAgain(List<Member> members) {
    boolean[] again = new boolean[members.size()];
    if (members.isEmpty()) {
      return again;
    }
    byte[][] args = new byte[members.size() + 1][];
    args[0] = Bytes.of(name);
    for (int i = 0; i < members.size(); i++) {
      args[i + 1] = members.get(i).bytes();
    }
    List<?> now = list(link.call(Command.keyed("ZMSCORE", args)));
    for (int i = 0; i < again.length; i++) {
      again[i] = now.get(i) instanceof byte[] score && score(score) > members.get(i).score();
    }
    return again;
  }

  /** Removes members whose hash is gone. */
  void trim(List<Member> gone) {
    for (int from = 0; from < gone.size(); from += MAX_TRIM) {
      List<byte[]> args = new ArrayList<>();
      for (Member member : gone.subList(from, Math.min(gone.size(), from + MAX_TRIM))) {
        args.add(member.bytes());
        args.add(Bytes.of(String.valueOf(member.score())));
      }
      TRIM.run(link, List.of(Bytes.of(name)), args);
    }
  }

  private static List<Member> members(List<?> pairs) {
    List<Member> members = new ArrayList<>(pairs.size() / 2);
    for (int i = 0; i + 1 < pairs.size(); i += 2) {
      members.add(new Member(new ByteKey((byte[]) pairs.get(i)), score(pairs.get(i + 1))));
    }
    return members;
  }

  /** Parses a score as Redis writes it. */
  private static double score(@Nullable Object reply) {
    String text = Bytes.text((byte[]) Objects.requireNonNull(reply));
    return switch (text) {
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }

  private static List<?> list(@Nullable Object reply) {
    return (List<?>) Objects.requireNonNull(reply);
  }
}

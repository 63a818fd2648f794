package com.voltageems.hissrv.redis.source;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.RedisError;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisUnavailableException;
import com.voltageems.hissrv.redis.source.link.ServerFacts;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An in-memory Redis with hashes of one field, which executes commands at once. */
public final class FakeRedis implements RedisLink {
  private final String field;

  /** The field's value by the hash's key. */
  public final Map<String, String> hashes = new LinkedHashMap<>();

  /** Number of HGETALLs so far. */
  public int read;

  /** Whether replies get lost. */
  public boolean lost;

  /** Increases whenever the connection was dropped. */
  public int connection;

  public boolean cluster;

  /** Keys whose node is away. */
  public final Set<String> away = new HashSet<>();

  /** The number of HGETALLs after which the others are refused. */
  public int refuseFrom = Integer.MAX_VALUE;

  public FakeRedis(String field) {
    this.field = field;
  }

  @Override
  public boolean isComplete() {
    return away.isEmpty();
  }

  @Override
  public Replies send(List<Command> commands) {
    long more = commands.stream().filter(each -> Bytes.text(each.name()).equals("HGETALL")).count();
    if (read + more > refuseFrom) {
      throw new RedisUnavailableException("refused", null);
    }
    List<@Nullable Object> replies = new ArrayList<>();
    commands.forEach(command -> replies.add(call(command)));
    int sentOn = connection;
    return new Replies() {
      @Override
      public List<@Nullable Object> get() {
        if (lost || isLost()) {
          throw new RedisUnavailableException("lost", null);
        }
        return replies;
      }

      @Override
      public boolean isLost() {
        return sentOn != connection;
      }
    };
  }

  @Override
  public Object call(Command command) {
    if (command.keyAt() >= 0 && away.contains(Bytes.text(command.args()[command.keyAt()]))) {
      return new RedisError("CLUSTERDOWN Hash slot not served");
    }
    return switch (Bytes.text(command.name())) {
      case "TIME" -> List.of(Bytes.of("1704067200"), Bytes.of("0"));
      case "SCAN" ->
          List.of(
              Bytes.of("0"),
              hashes.keySet().stream().filter(key -> !away.contains(key)).map(Bytes::of).toList());
      case "EXISTS" -> 0L;
      case "HLEN" -> 1L;
      case "HGETALL" -> {
        read++;
        yield List.of(
            Bytes.of(field), Bytes.of(hashes.getOrDefault(Bytes.text(command.args()[0]), "")));
      }
      default -> throw new AssertionError(Bytes.text(command.name()));
    };
  }

  @Override
  public Object callOn(int primary, Command command) {
    return call(command);
  }

  @Override
  public int primaries() {
    return 1;
  }

  @Override
  public int generation() {
    return 1;
  }

  @Override
  public boolean isCluster() {
    return cluster;
  }

  @Override
  public @Nullable ServerFacts server() {
    return null;
  }

  @Override
  public void reset() {}

  @Override
  public void close() {}
}

package com.voltageems.hissrv.redis.source.jedis;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.jedis.JedisNodes.Node;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.CommandRefusedException;
import com.voltageems.hissrv.redis.source.link.ErrorKind;
import com.voltageems.hissrv.redis.source.link.RedisError;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisNotReadyException;
import com.voltageems.hissrv.redis.source.link.RedisReplyException;
import com.voltageems.hissrv.redis.source.link.RedisSettings;
import com.voltageems.hissrv.redis.source.link.RedisUnavailableException;
import com.voltageems.hissrv.redis.source.link.ServerFacts;
import com.voltageems.hissrv.redis.source.link.WrongServerException;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.commands.ProtocolCommand;
import redis.clients.jedis.exceptions.JedisAskDataException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * {@link RedisLink} on Jedis's plain connections, so that replies stay bytes and this class
 * controls the pipelines.
 */
public final class JedisLink implements RedisLink {
  private static final Logger LOG = LoggerFactory.getLogger(JedisLink.class);

  /** As Redis itself answers. */
  private static final RedisError NOT_SERVED = new RedisError("CLUSTERDOWN Hash slot not served");

  private static final ProtocolCommand ASKING = () -> Bytes.of("ASKING");

  /**
   * A connection that was not used for this long may be closed by now: by Redis, whose setting
   * {@code timeout} closes idle ones, or by a proxy.
   */
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final RedisSettings settings;
  private final Runnable roundTrip;
  private final JedisNodes nodes;
  private final WorkerClock clock;
  private final Whereabouts whereabouts;
  private int generation;
  private long usedNanos;

  /** When the search for the connected servers began. */
  private long openedNanos;

  /** Commands that were sent but whose replies have not been read yet. */
  private @Nullable Batch underWay;

  /**
   * Creates a link that connects on first use.
   *
   * @param roundTrip called once for every round trip to Redis
   */
  public JedisLink(RedisSettings settings, Runnable roundTrip) {
    this(
        settings,
        roundTrip,
        WorkerClock.system(),
        new Whereabouts(settings, WorkerClock.system(), "unused"));
  }

  /**
   * Creates the same link with the given clock.
   *
   * @param whereabouts where {@link #follow} finds out about other servers
   */
  public JedisLink(
      RedisSettings settings, Runnable roundTrip, WorkerClock clock, Whereabouts whereabouts) {
    this.settings = settings;
    this.nodes = new JedisNodes(settings);
    this.roundTrip = roundTrip;
    this.clock = clock;
    this.whereabouts = whereabouts;
  }

  @Override
  public @Nullable Object call(Command command) {
    connect();
    return exchange(command, nodes::of);
  }

  @Override
  public @Nullable Object callOn(int primary, Command command) {
    connect();
    return exchange(command, any -> nodes.primary(primary));
  }

  private @Nullable Object exchange(Command command, Function<Command, @Nullable Node> nodeOf) {
    Object reply = send(List.of(command), nodeOf).get().get(0);
    if (reply == NOT_SERVED) {
      throw new RedisNotReadyException(
          "Redis at "
              + settings.where()
              + ": no node of the cluster that can be reached has the slot of "
              + command.described(),
          null);
    }
    if (reply instanceof RedisError error) {
      throw new RedisReplyException(command, error);
    }
    return reply;
  }

  @Override
  public Replies send(List<Command> commands) {
    if (commands.isEmpty()) {
      return List::of;
    }
    connect();
    return send(commands, nodes::of);
  }

  private Batch send(List<Command> commands, Function<Command, @Nullable Node> nodeOf) {
    settle();
    Batch batch = new Batch(commands);
    underWay = batch;
    try {
      batch.send(nodeOf);
    } catch (JedisException e) {
      throw broken(settings.where(), e);
    } catch (RuntimeException | Error e) {
      reset();
      throw e;
    }
    return batch;
  }

  /**
   * Reads outstanding replies before anything else is sent, so that they are not taken for the
   * replies to the next commands.
   */
  private void settle() {
    Batch batch = underWay;
    if (batch == null) {
      return;
    }
    underWay = null;
    try {
      batch.receive();
      usedNanos = clock.nanos();
    } catch (JedisException e) {
      batch.lost = e;
      throw broken(settings.where(), e);
    } catch (RuntimeException | Error e) {
      // Nobody would read the remaining replies, except as replies to other commands.
      reset();
      throw e;
    }
  }

  /** Commands that were sent together, to one or several nodes. */
  private final class Batch implements Replies {
    private final List<Command> commands;

    /** Numbers of the commands that each node received, in the order in which they were sent. */
    private final Map<Node, List<Integer>> sent = new LinkedHashMap<>(2);

    /** Null until the replies are received. */
    private @Nullable Object @Nullable [] received;

    /** Why the replies will never be received. */
    private @Nullable Exception lost;

    Batch(List<Command> commands) {
      this.commands = commands;
    }

    void send(Function<Command, @Nullable Node> nodeOf) {
      for (int i = 0; i < commands.size(); i++) {
        Command command = commands.get(i);
        Node node = nodeOf.apply(command);
        if (node == null) {
          continue;
        }
        node.sendCommand(command::name, command.args());
        sent.computeIfAbsent(node, n -> new ArrayList<>()).add(i);
      }
      for (Node node : sent.keySet()) {
        roundTrip.run();
        node.flush();
      }
    }

    void receive() {
      @Nullable Object[] replies = new Object[commands.size()];
      // Stays for commands that no node has received; it concerns these alone.
      Arrays.fill(replies, NOT_SERVED);
      for (Map.Entry<Node, List<Integer>> node : sent.entrySet()) {
        Iterator<Integer> numbers = node.getValue().iterator();
        for (Object reply : node.getKey().getMany(node.getValue().size())) {
          replies[numbers.next()] = reply;
        }
      }
      received = replies;
    }

    @Override
    public boolean isLost() {
      return underWay != this && received == null;
    }

    @Override
    public List<@Nullable Object> get() {
      if (underWay == this) {
        settle();
      }
      @Nullable Object[] replies = received;
      if (replies == null) {
        throw new RedisUnavailableException(
            "Redis at " + settings.where() + ": the connection was lost meanwhile", lost);
      }
      received = null;
      for (int i = 0; i < replies.length; i++) {
        if (replies[i] instanceof JedisDataException error) {
          replies[i] = classify(commands.get(i), error);
        } else if (commands.get(i).isExec() && replies[i] instanceof List<?> results) {
          replies[i] = results.stream().map(JedisLink::ofTransaction).toList();
        }
      }
      return Arrays.asList(replies);
    }
  }

  /** Converts one result of EXEC: an error concerns only its own command. */
  private static Object ofTransaction(Object result) {
    return result instanceof JedisDataException error
        ? new RedisError(String.valueOf(error.getMessage()))
        : result;
  }

  /** Returns an error that concerns this command alone, or throws if it concerns more than that. */
  private @Nullable Object classify(Command command, JedisDataException error) {
    return error instanceof JedisAskDataException ask
        ? askOther(command, ask.getTargetNode())
        : classify(command, String.valueOf(error.getMessage()), error);
  }

  private RedisError classify(Command command, String message, JedisDataException error) {
    String notReady =
        "Redis at " + settings.where() + " is not ready: " + ErrorKind.withAdvice(message);
    return switch (ErrorKind.of(message)) {
      case COMMAND -> new RedisError(message);
      case MOVED -> throw unavailable(notReady, error);
      case NOT_READY -> {
        if (ErrorKind.isFromReplica(message) && leadsElsewhere()) {
          throw unavailable(notReady, error);
        }
        throw new RedisNotReadyException(notReady, error);
      }
      case NOT_PERMITTED, UNKNOWN_COMMAND ->
          throw new CommandRefusedException(settings, command, message, error);
    };
  }

  /**
   * Returns whether a new connection, by the sentinels or by the server's name, would lead to a
   * primary, now that the connected server is no longer one. If it would not, the existing
   * connection is kept for readers.
   */
  private boolean leadsElsewhere() {
    JedisNodes others = new JedisNodes(settings);
    try {
      others.open();
      return others.leadsToPrimary();
    } catch (JedisException | WrongServerException e) {
      return false;
    } finally {
      others.close();
    }
  }

  /** Asks the node that a slot is moving to: it answers for the keys that have already moved. */
  private @Nullable Object askOther(Command command, HostAndPort target) {
    settle();
    try {
      Node connection = nodes.at(target);
      connection.sendCommand(ASKING, new byte[0][]);
      connection.sendCommand(command::name, command.args());
      Object reply = connection.getMany(2).get(1);
      return reply instanceof JedisDataException error
          ? classify(command, String.valueOf(error.getMessage()), error)
          : reply;
    } catch (JedisException e) {
      throw broken(target.toString(), e);
    }
  }

  private void connect() {
    boolean isIdle = underWay == null && clock.nanos() - usedNanos >= IDLE_NANOS;
    if (nodes.areOpen() && (!isIdle || isAlive())) {
      return;
    }
    try {
      openedNanos = clock.nanos();
      nodes.open();
      generation++;
      usedNanos = clock.nanos();
    } catch (WrongServerException e) {
      reset();
      throw e;
    } catch (JedisException e) {
      reset();
      throw ConnectFailure.of(e, settings);
    }
  }

  /**
   * Returns whether the connections are still there. If not, closes them: Redis closing an idle
   * connection does not count as an outage.
   *
   * @throws RedisUnavailableException if Redis does not answer
   */
  private boolean isAlive() {
    try {
      nodes.ping(roundTrip);
      usedNanos = clock.nanos();
      return true;
    } catch (JedisException e) {
      if (ConnectFailure.isSilence(e)) {
        throw broken(settings.where(), e);
      }
      LOG.debug("Redis at {} has closed an idle connection", settings.where(), e);
      reset();
      return false;
    }
  }

  @Override
  public void follow() {
    if (nodes.areOpen() && whereabouts.areOthersThan(nodes.addresses(), openedNanos)) {
      LOG.info(
          "Redis at {}: the data are on other servers now than {}; connecting anew",
          settings.where(),
          nodes.addresses());
      reset();
    }
  }

  @Override
  public @Nullable ServerFacts server() {
    connect();
    return nodes.facts();
  }

  /**
   * Returns a new connection to the (first) primary that belongs to the caller alone. The first
   * primary is enough in a cluster, too: published messages reach every node.
   */
  Node detach() {
    connect();
    settle();
    return nodes.detachFirst();
  }

  @Override
  public int primaries() {
    connect();
    return nodes.count();
  }

  @Override
  public boolean isComplete() {
    return nodes.haveAllSlots();
  }

  @Override
  public int generation() {
    return generation;
  }

  @Override
  public boolean isCluster() {
    return settings.mode() == RedisSettings.Mode.CLUSTER;
  }

  private RedisUnavailableException broken(String where, JedisException e) {
    return unavailable("Redis at " + where + ": " + ConnectFailure.ofExchange(e, settings), e);
  }

  private RedisUnavailableException unavailable(String message, @Nullable Throwable cause) {
    reset();
    return new RedisUnavailableException(message, cause);
  }

  @Override
  public void reset() {
    underWay = null;
    nodes.close();
  }

  @Override
  public void close() {
    reset();
  }
}

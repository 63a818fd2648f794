package com.voltageems.hissrv.redis.source;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.commands.ProtocolCommand;
import redis.clients.jedis.exceptions.JedisAskDataException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.util.JedisClusterCRC16;

/** {@link RedisLink} over Jedis's bare connections: replies stay bytes, pipelines stay ours. */
final class JedisLink implements RedisLink {
  /** Redis before 7.0 hides the code of a script's error in its text. */
  private static final Pattern NOT_READY_IN_SCRIPT =
      Pattern.compile(
          "ERR Error running script.* -(READONLY|OOM|MISCONF|NOREPLICAS|MASTERDOWN|CLUSTERDOWN) .*",
          Pattern.DOTALL);

  private static final Logger log = LoggerFactory.getLogger(JedisLink.class);
  private static final int SLOTS = 16384;
  private static final ProtocolCommand ASKING = () -> Bytes.of("ASKING");

  private final RedisSettings settings;
  private final JedisClientConfig dataConfig;
  private final JedisClientConfig sentinelConfig;
  private final Runnable roundTrip;

  /** Primaries by address, in the order of their slots; empty while not connected. */
  private final Map<HostAndPort, FlushableConnection> connections = new LinkedHashMap<>();

  private final List<FlushableConnection> primaries = new ArrayList<>();
  private int[] primaryOfSlot = new int[0];
  private int generation;

  /** Sent, and the replies not read yet. */
  private @Nullable Batch underWay;

  /**
   * @param roundTrip called once for every exchange with Redis
   */
  JedisLink(RedisSettings settings, Runnable roundTrip) {
    this.settings = settings;
    this.dataConfig = JedisConfigs.data(settings);
    this.sentinelConfig = JedisConfigs.sentinel(settings);
    this.roundTrip = roundTrip;
  }

  @Override
  public @Nullable Object call(Command command) {
    connect();
    return exchange(connectionFor(command), command);
  }

  @Override
  public @Nullable Object callOn(int primary, Command command) {
    connect();
    if (primary >= primaries.size()) {
      throw unavailable("the cluster has fewer primaries than a moment ago", null);
    }
    return exchange(primaries.get(primary), command);
  }

  private @Nullable Object exchange(FlushableConnection connection, Command command) {
    Object reply = send(List.of(command), number -> connection).get().get(0);
    if (reply instanceof RedisError error) {
      throw new RedisReplyException(Bytes.text(command.name()), error);
    }
    return reply;
  }

  @Override
  public Replies send(List<Command> commands) {
    if (commands.isEmpty()) {
      return List::of;
    }
    connect();
    return send(commands, this::connectionFor);
  }

  private Batch send(List<Command> commands, Function<Command, FlushableConnection> nodeOf) {
    settle();
    Batch batch = new Batch(commands);
    underWay = batch;
    try {
      batch.send(nodeOf);
    } catch (JedisException e) {
      throw unavailable("Redis at " + settings.where() + ": " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      reset();
      throw e;
    }
    return batch;
  }

  /** Before anything else is sent: its reply must not be taken for another one's. */
  private void settle() {
    Batch batch = underWay;
    if (batch == null) {
      return;
    }
    underWay = null;
    try {
      batch.receive();
    } catch (JedisException e) {
      batch.lost = e;
      throw unavailable("Redis at " + settings.where() + ": " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      // Nobody would read the rest of the replies, but as somebody else's.
      reset();
      throw e;
    }
  }

  /** Commands that were sent together, to one node or several. */
  private final class Batch implements Replies {
    private final List<Command> commands;

    /** Which of the commands each node has, in the order in which they were sent. */
    private final Map<FlushableConnection, List<Integer>> sent = new LinkedHashMap<>(2);

    /** Null until they are received. */
    private @Nullable Object @Nullable [] received;

    /** Why they will never be. */
    private @Nullable Exception lost;

    Batch(List<Command> commands) {
      this.commands = commands;
    }

    void send(Function<Command, FlushableConnection> nodeOf) {
      for (int i = 0; i < commands.size(); i++) {
        Command command = commands.get(i);
        FlushableConnection node = nodeOf.apply(command);
        node.sendCommand(command::name, command.args());
        sent.computeIfAbsent(node, n -> new ArrayList<>()).add(i);
      }
      for (FlushableConnection node : sent.keySet()) {
        roundTrip.run();
        node.flush();
      }
    }

    void receive() {
      @Nullable Object[] replies = new Object[commands.size()];
      for (Map.Entry<FlushableConnection, List<Integer>> node : sent.entrySet()) {
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

  /** Jedis sends what it has written only when a reply is asked for. */
  private static final class FlushableConnection extends Connection {
    FlushableConnection(HostAndPort address, JedisClientConfig config) {
      super(address, config);
    }

    @Override
    protected void flush() {
      super.flush();
    }
  }

  /** One result of EXEC: an error concerns its own command only. */
  private static Object ofTransaction(Object result) {
    return result instanceof JedisDataException error
        ? new RedisError(String.valueOf(error.getMessage()))
        : result;
  }

  /** An error of this command alone, or an exception when it concerns more than that. */
  private @Nullable Object classify(Command command, JedisDataException error) {
    String message = String.valueOf(error.getMessage());
    if (error instanceof JedisAskDataException ask) {
      return askOther(command, ask.getTargetNode());
    }
    String code = message.substring(0, Math.max(message.indexOf(' '), 0));
    return switch (code) {
      case "LOADING",
          "BUSY",
          "READONLY",
          "MASTERDOWN",
          "CLUSTERDOWN",
          "TRYAGAIN",
          "MOVED",
          "OOM",
          "MISCONF",
          "NOREPLICAS",
          "UNKILLABLE" ->
          throw unavailable("Redis at " + settings.where() + " is not ready: " + message, error);
      case "NOAUTH", "WRONGPASS", "NOPERM" -> throw refused(command, message, error);
      default -> {
        if (isRefusedInScript(message)) {
          throw refused(command, message, error);
        }
        if (NOT_READY_IN_SCRIPT.matcher(message).matches()) {
          throw unavailable("Redis at " + settings.where() + " is not ready: " + message, error);
        }
        yield new RedisError(message);
      }
    };
  }

  private ConnectException refused(Command command, String message, JedisException cause) {
    return new ConnectException(
        "Redis at "
            + settings.where()
            + " refused "
            + Bytes.text(command.name())
            + " (see "
            + RedisSourceConfig.REDIS_USERNAME_CONFIG
            + ", "
            + RedisSourceConfig.REDIS_PASSWORD_CONFIG
            + " and the user's ACL): "
            + message,
        cause);
  }

  /** Redis 7.0 and later ones tell in different words, and without NOPERM. */
  private static boolean isRefusedInScript(String message) {
    return message.contains("The user executing the script can't")
        || message.contains("ACL failure in script");
  }

  /** A slot on its way to another node: that node answers for the keys that have already moved. */
  private @Nullable Object askOther(Command command, HostAndPort target) {
    Connection connection = connections.get(target);
    if (connection == null) {
      throw unavailable("the cluster's new node " + target + " is not known yet", null);
    }
    settle();
    try {
      connection.sendCommand(ASKING, new byte[0][]);
      connection.sendCommand(command::name, command.args());
      Object reply = connection.getMany(2).get(1);
      return reply instanceof JedisDataException error
          ? new RedisError(String.valueOf(error.getMessage()))
          : reply;
    } catch (JedisException e) {
      throw unavailable("Redis at " + target + ": " + e.getMessage(), e);
    }
  }

  private FlushableConnection connectionFor(Command command) {
    if (primaries.size() == 1 || command.keyAt() < 0) {
      return primaries.get(0);
    }
    int node = primaryOfSlot[JedisClusterCRC16.getSlot(command.args()[command.keyAt()])];
    if (node < 0) {
      throw unavailable("no node of the cluster serves this key's slot", null);
    }
    return primaries.get(node);
  }

  private void connect() {
    if (!primaries.isEmpty()) {
      return;
    }
    try {
      switch (settings.mode()) {
        case STANDALONE -> add(settings.addresses().get(0), open(settings.addresses().get(0)));
        case SENTINEL -> {
          HostAndPort primary = askSentinels();
          FlushableConnection connection = open(primary);
          add(primary, connection);
          requirePrimary(primary, connection);
        }
        case CLUSTER -> connectCluster();
      }
      generation++;
    } catch (JedisException e) {
      String message = String.valueOf(e.getMessage());
      if (isRefusal(e)) {
        reset();
        throw new ConnectException(
            "Redis at "
                + settings.where()
                + " refused the login (see "
                + RedisSourceConfig.REDIS_USERNAME_CONFIG
                + " and "
                + RedisSourceConfig.REDIS_PASSWORD_CONFIG
                + "): "
                + message,
            e);
      }
      throw unavailable("cannot connect to Redis at " + settings.where() + ": " + message, e);
    }
  }

  static boolean isRefusal(JedisException e) {
    String message = String.valueOf(e.getMessage());
    return e instanceof JedisDataException
        && (message.startsWith("WRONGPASS")
            || message.startsWith("NOAUTH")
            || message.startsWith("NOPERM")
            || message.startsWith("ERR AUTH")
            || message.startsWith("ERR invalid password"));
  }

  private FlushableConnection open(HostAndPort address) {
    return new FlushableConnection(address, dataConfig);
  }

  private void add(HostAndPort address, FlushableConnection connection) {
    connections.put(address, connection);
    primaries.add(connection);
  }

  private HostAndPort askSentinels() {
    JedisException last = null;
    for (HostAndPort sentinel : settings.addresses()) {
      try (Connection connection = new Connection(sentinel, sentinelConfig)) {
        connection.sendCommand(
            () -> Bytes.of("SENTINEL"), "get-master-addr-by-name", settings.sentinelMaster());
        List<byte[]> address = connection.getBinaryMultiBulkReply();
        if (address != null && address.size() == 2) {
          return new HostAndPort(
              Bytes.text(address.get(0)), Integer.parseInt(Bytes.text(address.get(1))));
        }
        last =
            new JedisException(
                "sentinel " + sentinel + " knows no primary named " + settings.sentinelMaster());
      } catch (JedisException e) {
        last = e;
      }
    }
    throw last == null ? new JedisException("no sentinel is configured") : last;
  }

  /**
   * A sentinel may still name the old primary: writing to what became a replica must not happen.
   */
  private void requirePrimary(HostAndPort address, Connection connection) {
    connection.sendCommand(() -> Bytes.of("ROLE"));
    List<Object> role = connection.getObjectMultiBulkReply();
    if (role.isEmpty()
        || !(role.get(0) instanceof byte[] name)
        || !"master".equals(Bytes.text(name))) {
      throw new JedisException(address + " is no primary (any more)");
    }
  }

  private void connectCluster() {
    JedisException last = null;
    for (HostAndPort node : settings.addresses()) {
      try (Connection connection = open(node)) {
        connection.sendCommand(() -> Bytes.of("CLUSTER"), "SLOTS");
        adopt(node, connection.getObjectMultiBulkReply());
        return;
      } catch (JedisException e) {
        last = e;
      }
    }
    throw last == null ? new JedisException("no node of the cluster is configured") : last;
  }

  private void adopt(HostAndPort asked, List<Object> ranges) {
    int[] owners = new int[SLOTS];
    Arrays.fill(owners, -1);
    for (Object each : ranges) {
      List<?> range = (List<?>) each;
      List<?> primary = (List<?>) range.get(2);
      String host = primary.get(0) instanceof byte[] name ? Bytes.text(name) : "";
      HostAndPort address =
          new HostAndPort(host.isEmpty() ? asked.getHost() : host, (int) number(primary.get(1)));
      FlushableConnection connection = connections.get(address);
      if (connection == null) {
        connection = open(address);
        add(address, connection);
      }
      Arrays.fill(
          owners,
          (int) number(range.get(0)),
          (int) number(range.get(1)) + 1,
          primaries.indexOf(connection));
    }
    if (primaries.isEmpty()) {
      throw new JedisException(asked + " belongs to no cluster with slots");
    }
    primaryOfSlot = owners;
  }

  private static long number(Object reply) {
    return reply instanceof Long value ? value : 0;
  }

  /**
   * A new connection that belongs to the caller alone: to the (first) primary. Messages published
   * anywhere in a cluster reach every node.
   */
  Connection detach() {
    connect();
    settle();
    Connection first = primaries.get(0);
    connections.values().remove(first);
    primaries.remove(first);
    return first;
  }

  @Override
  public int primaries() {
    connect();
    return primaries.size();
  }

  @Override
  public int generation() {
    return generation;
  }

  @Override
  public boolean isCluster() {
    return settings.mode() == RedisSettings.Mode.CLUSTER;
  }

  private RedisUnavailableException unavailable(String message, @Nullable Throwable cause) {
    reset();
    return new RedisUnavailableException(message, cause);
  }

  @Override
  public void reset() {
    underWay = null;
    for (Connection connection : connections.values()) {
      connection.setBroken();
      try {
        connection.close();
      } catch (JedisException e) {
        log.debug("Closing a connection that was broken already", e);
      }
    }
    connections.clear();
    primaries.clear();
    primaryOfSlot = new int[0];
  }

  @Override
  public void close() {
    reset();
  }
}

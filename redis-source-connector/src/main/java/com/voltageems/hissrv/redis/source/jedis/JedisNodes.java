package com.voltageems.hissrv.redis.source.jedis;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.RedisSettings;
import com.voltageems.hissrv.redis.source.link.ServerFacts;
import com.voltageems.hissrv.redis.source.link.WrongServerException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * Connections to Redis's primaries: the configured one, the one that a sentinel names, or those of
 * a cluster. Finds and opens them; if one breaks, all are closed and found again. Not thread-safe.
 * Methods throw {@link JedisException} as Jedis does.
 */
public final class JedisNodes {
  private static final Logger LOG = LoggerFactory.getLogger(JedisNodes.class);
  private static final int SLOTS = 16384;

  private final RedisSettings settings;

  /** Primaries by address, in the order of their slots; empty while not connected. */
  private final Map<HostAndPort, Node> connections = new LinkedHashMap<>();

  private final List<Node> primaries = new ArrayList<>();

  /** Nodes that slots are moving to, and that have none yet. */
  private final Map<HostAndPort, Node> newcomers = new HashMap<>();

  private int[] primaryOfSlot = new int[0];
  private @Nullable ServerFacts facts;

  JedisNodes(RedisSettings settings) {
    this.settings = settings;
  }

  /**
   * Connection that this package can flush: Jedis itself sends the commands only when a reply is
   * requested.
   */
  static final class Node extends Connection {
    private final HostAndPort address;

    Node(HostAndPort address, JedisClientConfig config) {
      super(address, config);
      this.address = address;
    }

    HostAndPort address() {
      return address;
    }

    @Override
    protected void flush() {
      super.flush();
    }

    /** True while subscribed: even an error reply to a PING shows that the server is alive. */
    private volatile boolean errorsAreSignsOfLife;

    void takeErrorsForSignsOfLife() {
      errorsAreSignsOfLife = true;
    }

    @Override
    public Object getUnflushedObject() {
      try {
        return super.getUnflushedObject();
      } catch (JedisDataException e) {
        if (!errorsAreSignsOfLife) {
          throw e;
        }
        return Bytes.of(String.valueOf(e.getMessage()));
      }
    }

    /** Returns what the server reports about itself; null if it does not. */
    @Nullable ServerFacts facts() {
      try {
        sendCommand(() -> Bytes.of("HELLO"));
        return ServerFacts.ofHello(getObjectMultiBulkReply());
      } catch (JedisDataException e) {
        LOG.debug("HELLO is refused; the server's mode and role are not checked", e);
        return null;
      }
    }
  }

  /** Thrown if a sentinel has answered, but does not help. */
  static final class SentinelAnswer extends JedisException {
    private static final long serialVersionUID = 1L;

    /** What the answer was. */
    enum Kind {
      UNKNOWN_NAME,
      REFUSED_LOGIN,

      /** All configured sentinels refuse the login. */
      REFUSED_BY_ALL
    }

    final Kind kind;

    SentinelAnswer(String message, Kind kind, @Nullable Throwable cause) {
      super(message, cause);
      this.kind = kind;
    }
  }

  boolean areOpen() {
    return !primaries.isEmpty();
  }

  /** Sends PING to all primaries; throws if one does not answer. */
  void ping(Runnable roundTrip) {
    for (Node connection : primaries) {
      roundTrip.run();
      connection.sendCommand(() -> Bytes.of("PING"));
      try {
        connection.getOne();
      } catch (JedisDataException e) {
        LOG.debug("A refusal is an answer, too", e);
      }
    }
  }

  /** Connects to all primaries. If it throws, the caller must call {@link #close}. */
  void open() {
    switch (settings.mode()) {
      case STANDALONE -> {
        HostAndPort address = settings.addresses().get(0);
        Node connection = open(address);
        add(address, connection);
        requireStandalone(address, connection);
      }
      case SENTINEL -> openPrimary(askSentinels());
      case CLUSTER -> connectCluster();
    }
  }

  /**
   * Refuses a cluster node, which has only a part of the keys, and a sentinel, which has none: a
   * reader that took them for everything would silently miss the rest.
   */
  private void requireStandalone(HostAndPort address, Node connection) {
    facts = connection.facts();
    String problem = facts == null ? null : facts.notStandalone(settings.names());
    if (problem != null) {
      throw new WrongServerException("Redis at " + address + " " + problem, null);
    }
  }

  /**
   * Returns what the server reports about itself; null if there is not one single server, or if it
   * does not report it.
   */
  @Nullable ServerFacts facts() {
    return facts;
  }

  /** Returns whether this connection accepts writes, as far as known. */
  boolean leadsToPrimary() {
    ServerFacts known = facts;
    return settings.mode() != RedisSettings.Mode.STANDALONE || (known != null && known.isPrimary());
  }

  /** Returns the number of primaries; 0 while not open. */
  int count() {
    return primaries.size();
  }

  Node primary(int number) {
    if (number >= primaries.size()) {
      throw new JedisException("the cluster has fewer primaries than a moment ago");
    }
    return primaries.get(number);
  }

  /**
   * Returns the cluster's node with that address. The first slot that a node gets comes to it
   * before it counts as a primary.
   */
  Node at(HostAndPort target) {
    // A cluster that does not know its own addresses (unknown-endpoint) leaves out the host: it is
    // the one that the client has used.
    String host =
        target.getHost().isEmpty() ? primaries.get(0).address().getHost() : target.getHost();
    HostAndPort address = address(host, target.getPort());
    Node primary = connections.get(address);
    return primary == null ? newcomers.computeIfAbsent(address, this::open) : primary;
  }

  /**
   * Returns the primary that has the command's key, or null if none has; the first one for a
   * command without a key.
   */
  @Nullable Node of(Command command) {
    if (primaryOfSlot.length == 0 || command.keyAt() < 0) {
      return primaries.get(0);
    }
    int node = primaryOfSlot[JedisClusterCRC16.getSlot(command.args()[command.keyAt()])];
    return node < 0 ? null : primaries.get(node);
  }

  /**
   * Removes the first primary's connection and returns it: it belongs to the caller from now on.
   */
  Node detachFirst() {
    Node first = primaries.get(0);
    connections.values().remove(first);
    primaries.remove(first);
    return first;
  }

  /**
   * Adds the brackets of an IPv6 address, which Redis reports without them; settings and messages
   * have them.
   */
  private static HostAndPort address(String host, int port) {
    boolean bare = host.indexOf(':') >= 0 && !host.startsWith("[");
    return new HostAndPort(bare ? "[" + host + "]" : host, port);
  }

  private Node open(HostAndPort address) {
    return new Node(address, JedisConfigs.data(settings));
  }

  private void add(HostAndPort address, Node connection) {
    connections.put(address, connection);
    primaries.add(connection);
  }

  /** Connects to the first of these that is a primary. */
  private void openPrimary(List<HostAndPort> candidates) {
    JedisException first = null;
    for (HostAndPort candidate : candidates) {
      Node connection = null;
      try {
        connection = open(candidate);
        requirePrimary(candidate, connection);
        add(candidate, connection);
        return;
      } catch (JedisException e) {
        first = first == null ? e : first;
        closeQuietly(connection);
      }
    }
    throw first == null ? new JedisException("the sentinels name no primary") : first;
  }

  /**
   * Returns what the sentinels name as the primary. One that was cut off from the others may name
   * an old one: what most of them name comes first, and they are asked only until that is known.
   */
  private List<HostAndPort> askSentinels() {
    Map<HostAndPort, Integer> votes = new LinkedHashMap<>();
    JedisException last = null;
    int refusals = 0;
    for (HostAndPort sentinel : settings.addresses()) {
      try {
        HostAndPort named = askSentinel(sentinel);
        if (2 * votes.merge(named, 1, Integer::sum) > settings.addresses().size()) {
          break;
        }
      } catch (JedisException e) {
        refusals += isRefusal(e) ? 1 : 0;
        // What a sentinel has answered tells more than that another one is away.
        last = last instanceof SentinelAnswer ? last : e;
      }
    }
    if (votes.isEmpty()) {
      if (last != null && refusals == settings.addresses().size()) {
        // One that is away now may know the user, as after a password was changed on some.
        throw new SentinelAnswer(
            String.valueOf(last.getMessage()), SentinelAnswer.Kind.REFUSED_BY_ALL, last.getCause());
      }
      throw last == null ? new JedisException("no sentinel is configured") : last;
    }
    return votes.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static boolean isRefusal(JedisException e) {
    return e instanceof SentinelAnswer answer && answer.kind == SentinelAnswer.Kind.REFUSED_LOGIN;
  }

  private HostAndPort askSentinel(HostAndPort sentinel) {
    try (Connection connection = new Connection(sentinel, JedisConfigs.sentinel(settings))) {
      connection.sendCommand(
          () -> Bytes.of("SENTINEL"), "get-master-addr-by-name", settings.sentinelMaster());
      List<byte[]> address = connection.getBinaryMultiBulkReply();
      if (address == null || address.size() != 2) {
        throw new SentinelAnswer(
            "the sentinel " + sentinel + " knows no primary named " + settings.sentinelMaster(),
            SentinelAnswer.Kind.UNKNOWN_NAME,
            null);
      }
      return address(Bytes.text(address.get(0)), Integer.parseInt(Bytes.text(address.get(1))));
    } catch (JedisDataException e) {
      throw ConnectFailure.isRefusal(e)
          ? new SentinelAnswer(
              "the sentinel " + sentinel + " refused the login",
              SentinelAnswer.Kind.REFUSED_LOGIN,
              e)
          : e;
    }
  }

  /**
   * Refuses a replica: a sentinel may still name the old primary, and we must not write to what
   * became a replica.
   */
  private void requirePrimary(HostAndPort address, Connection connection) {
    connection.sendCommand(() -> Bytes.of("ROLE"));
    List<Object> role = connection.getObjectMultiBulkReply();
    if (role.isEmpty()
        || !(role.get(0) instanceof byte[] name)
        || !"master".equals(Bytes.text(name))) {
      throw new JedisException(address + " is not a primary (any more)");
    }
  }

  private void connectCluster() {
    askCluster(
        layout -> {
          // What another node's answer has led to.
          close();
          int[] numbers = new int[layout.primaries().size()];
          reach(
              layout,
              (number, connection) -> {
                numbers[number] = primaries.size();
                add(connection.address(), connection);
              },
              (number, failure) -> numbers[number] = -1);
          primaryOfSlot =
              Arrays.stream(layout.primaryOfSlot()).map(of -> of < 0 ? -1 : numbers[of]).toArray();
          return (int) Arrays.stream(primaryOfSlot).filter(number -> number >= 0).count();
        });
  }

  /**
   * Connects to a cluster's primaries, without those that cannot be reached: the cluster may go on
   * without them (cluster-require-full-coverage), and if it does not, it says so.
   *
   * @param reached receives the number of the primary in the layout, and the connection
   * @param missed receives the number of the primary in the layout, and the failure
   */
  private void reach(
      Layout layout,
      BiConsumer<Integer, Node> reached,
      BiConsumer<Integer, JedisConnectionException> missed) {
    JedisConnectionException first = null;
    boolean any = false;
    for (int number = 0; number < layout.primaries().size(); number++) {
      try {
        reached.accept(number, openLoaded(layout.primaries().get(number)));
        any = true;
      } catch (JedisConnectionException e) {
        first = first == null ? e : first;
        missed.accept(number, e);
      }
    }
    if (!any && first != null) {
      throw first;
    }
  }

  /** Connects to a primary of a cluster. One that still loads its data counts as away. */
  private Node openLoaded(HostAndPort address) {
    Node connection = open(address);
    try {
      connection.sendCommand(() -> Bytes.of("PING"));
      connection.getOne();
      return connection;
    } catch (JedisDataException e) {
      if (!String.valueOf(e.getMessage()).startsWith("LOADING")) {
        return connection; // a refusal is an answer, too
      }
      closeQuietly(connection);
      throw new JedisConnectionException(e.getMessage(), e);
    } catch (JedisException e) {
      closeQuietly(connection);
      throw e;
    }
  }

  /** Connects by an answer, and returns how many slots can be reached. */
  private interface Connecting {
    int by(Layout layout);
  }

  /**
   * Asks the configured nodes in turn until an answer leads to all slots. A node that was cut off
   * from the others may still name a primary that is gone: if no answer leads to all slots, the one
   * that leads to the most is used.
   */
  private void askCluster(Connecting use) {
    JedisException last = null;
    List<Layout> tried = new ArrayList<>();
    Layout best = null;
    int most = -1;
    for (HostAndPort node : settings.addresses()) {
      try {
        Layout layout = layoutOf(node);
        if (tried.stream().anyMatch(layout::isSameAs)) {
          continue;
        }
        tried.add(layout);
        int slots = use.by(layout);
        if (slots > most) {
          best = layout;
          most = slots;
        }
        if (slots == SLOTS) {
          return;
        }
      } catch (JedisException e) {
        if (best == null) {
          requireCluster(node, e);
        }
        last = e;
      }
    }
    if (best == null) {
      throw last == null ? new JedisException("no node of the cluster is configured") : last;
    }
    if (!best.isSameAs(tried.get(tried.size() - 1))) {
      use.by(best);
    }
  }

  private Layout layoutOf(HostAndPort node) {
    try (Connection connection = open(node)) {
      connection.sendCommand(() -> Bytes.of("CLUSTER"), "SLOTS");
      return Layout.of(node, connection.getObjectMultiBulkReply());
    }
  }

  /**
   * Returns where the data are now: where {@link #open} would connect to. If it throws, the caller
   * must call {@link #close}.
   */
  Whereabouts.Located locate() {
    if (settings.mode() == RedisSettings.Mode.CLUSTER) {
      List<Whereabouts.Located> located = new ArrayList<>(1);
      askCluster(layout -> locate(layout, located));
      return located.get(located.size() - 1);
    }
    open();
    return new Whereabouts.Located(addresses(), null);
  }

  /** Adds what can be reached by this layout; returns how many slots that are. */
  private int locate(Layout layout, List<Whereabouts.Located> located) {
    Set<Integer> missed = new HashSet<>();
    Set<HostAndPort> reachable = new HashSet<>();
    List<String> troubles = new ArrayList<>();
    String missing = layout.missing();
    if (missing != null) {
      troubles.add(missing);
    }
    reach(
        layout,
        (number, connection) -> {
          reachable.add(connection.address());
          closeQuietly(connection);
        },
        (number, failure) -> {
          missed.add(number);
          troubles.add(
              "the node "
                  + layout.primaries().get(number)
                  + " of the cluster cannot be reached, and keys in its slots "
                  + layout.slots(number)
                  + " are not read: "
                  + ConnectFailure.describe(failure, settings));
        });
    located.add(
        new Whereabouts.Located(
            reachable, troubles.isEmpty() ? null : String.join("; ", troubles)));
    return (int)
        Arrays.stream(layout.primaryOfSlot())
            .filter(number -> number >= 0 && !missed.contains(number))
            .count();
  }

  /** Returns whether every key has a connected primary. */
  boolean haveAllSlots() {
    return Arrays.stream(primaryOfSlot).allMatch(number -> number >= 0);
  }

  /** Returns the addresses of the connected primaries. */
  Set<HostAndPort> addresses() {
    return connections.keySet();
  }

  private void requireCluster(HostAndPort node, JedisException e) {
    if (String.valueOf(e.getMessage()).contains("cluster support disabled")) {
      throw new WrongServerException(
          "Redis at "
              + node
              + " is not a node of a cluster: use "
              + settings.names().mode()
              + "=standalone and "
              + settings.names().uri(),
          e);
    }
  }

  /**
   * Which primary of a cluster has which slot.
   *
   * @param primaries their addresses, in the order of their slots
   * @param primaryOfSlot number of the primary; -1 if the slot has none
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Layout(List<HostAndPort> primaries, int[] primaryOfSlot) {
    private static final int MOST_RANGES = 3;

    /** Reads the reply of that node to CLUSTER SLOTS. */
    static Layout of(HostAndPort asked, List<Object> ranges) {
      List<HostAndPort> primaries = new ArrayList<>();
      int[] owners = new int[SLOTS];
      Arrays.fill(owners, -1);
      // Redis 6.2 gives them in no order.
      List<List<?>> sorted = new ArrayList<>();
      ranges.forEach(range -> sorted.add((List<?>) range));
      sorted.sort(Comparator.comparingLong(range -> number(range.get(0))));
      for (List<?> range : sorted) {
        List<?> primary = (List<?>) range.get(2);
        String host = primary.get(0) instanceof byte[] name ? Bytes.text(name) : "";
        if (host.equals("?")) {
          throw new JedisException(
              "the cluster names no host for a node: its cluster-preferred-endpoint-type is hostname,"
                  + " and that node has no cluster-announce-hostname");
        }
        HostAndPort address =
            address(host.isEmpty() ? asked.getHost() : host, (int) number(primary.get(1)));
        if (!primaries.contains(address)) {
          primaries.add(address);
        }
        Arrays.fill(
            owners,
            (int) number(range.get(0)),
            (int) number(range.get(1)) + 1,
            primaries.indexOf(address));
      }
      if (primaries.isEmpty()) {
        throw new JedisException(asked + " belongs to no cluster with slots");
      }
      return new Layout(primaries, owners);
    }

    boolean isSameAs(Layout other) {
      return primaries.equals(other.primaries) && Arrays.equals(primaryOfSlot, other.primaryOfSlot);
    }

    private static long number(Object reply) {
      return reply instanceof Long value ? value : 0;
    }

    /** Returns which slots have no primary, in plain words; null if all have one. */
    @Nullable String missing() {
      String ranges = slots(-1);
      return ranges.isEmpty()
          ? null
          : "no node of the cluster has the slots "
              + ranges
              + ": keys in them are not read; give the slots to a node (redis-cli --cluster fix)";
    }

    /** Returns the first ranges of the slots of a primary; empty if it has none. */
    String slots(int primary) {
      List<String> ranges = new ArrayList<>();
      for (int slot = 0; slot < SLOTS; slot++) {
        int from = slot;
        while (slot < SLOTS && primaryOfSlot[slot] == primary) {
          slot++;
        }
        if (slot > from) {
          ranges.add(slot - 1 == from ? String.valueOf(from) : from + "-" + (slot - 1));
        }
      }
      int shown = Math.min(ranges.size(), MOST_RANGES);
      return String.join(", ", ranges.subList(0, shown))
          + (shown < ranges.size() ? " and " + (ranges.size() - shown) + " more ranges" : "");
    }
  }

  /** Closes all connections, broken or not; they can be opened again. */
  void close() {
    connections.values().forEach(JedisNodes::closeQuietly);
    newcomers.values().forEach(JedisNodes::closeQuietly);
    connections.clear();
    newcomers.clear();
    primaries.clear();
    primaryOfSlot = new int[0];
  }

  private static void closeQuietly(@Nullable Node connection) {
    if (connection == null) {
      return;
    }
    connection.setBroken();
    try {
      connection.close();
    } catch (JedisException e) {
      LOG.debug("Closing a connection that was broken already", e);
    }
  }
}

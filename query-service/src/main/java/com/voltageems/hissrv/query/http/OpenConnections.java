package com.voltageems.hissrv.query.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.EventsHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections that callers hold open. A connection that sends a byte of its request's head now
 * and then never runs into the connection's own timeout, and costs a file and memory for as long as
 * it likes. Therefore the head must arrive in time. If too many connections are open, the one that
 * has waited longest for its next request is closed to make room for the new one. Thread-safe.
 */
final class OpenConnections extends EventsHandler implements Connection.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(OpenConnections.class);

  /** Seconds between two checks. */
  private static final long LOOK_SECONDS = 1;

  private static final Duration TELL = Duration.ofMinutes(1);

  private final Duration patience;
  private final int most;
  private final LongSupplier nanos;
  private final Set<Connection> open = new HashSet<>();

  /** Connections without a request, and since when; the longest wait comes first. */
  private final Map<Connection, Long> waiting = new LinkedHashMap<>();

  private long cut;
  private long told;
  private @Nullable Long lastTold;

  /**
   * @param patience time for the head of a request; longer than a connection may be idle, so that
   *     connections that are only idle do not count
   */
  OpenConnections(Duration patience, int most, LongSupplier nanos) {
    this.patience = patience;
    this.most = most;
    this.nanos = nanos;
  }

  /** Listens to the server, which must have been started. */
  void attach(Server server) {
    server.addBeanToAllConnectors(this);
    look(server);
  }

  private void look(Server server) {
    server
        .getScheduler()
        .schedule(
            () -> {
              cutLate();
              if (server.isRunning()) {
                look(server);
              }
            },
            LOOK_SECONDS,
            TimeUnit.SECONDS);
  }

  @Override
  public void onOpened(Connection connection) {
    Connection longest = null;
    synchronized (this) {
      open.add(connection);
      if (open.size() > most) {
        Iterator<Connection> first = waiting.keySet().iterator();
        longest = first.hasNext() ? first.next() : null;
      }
      waiting.put(connection, nanos.getAsLong());
      if (longest != null) {
        onClosed(longest);
        count(1);
      }
    }
    if (longest != null) {
      longest.getEndPoint().close();
    }
  }

  @Override
  public synchronized void onClosed(Connection connection) {
    open.remove(connection);
    waiting.remove(connection);
  }

  @Override
  protected void onBeforeHandling(Request request) {
    Connection connection = request.getConnectionMetaData().getConnection();
    synchronized (this) {
      waiting.remove(connection);
    }
  }

  @Override
  protected void onComplete(
      Request request, int status, HttpFields headers, @Nullable Throwable failure) {
    Connection connection = request.getConnectionMetaData().getConnection();
    synchronized (this) {
      if (open.contains(connection)) {
        waiting.put(connection, nanos.getAsLong());
      }
    }
  }

  void cutLate() {
    List<Connection> late = new ArrayList<>();
    synchronized (this) {
      long now = nanos.getAsLong();
      waiting.forEach(
          (connection, since) -> {
            if (now - since > patience.toNanos()) {
              late.add(connection);
            }
          });
      late.forEach(this::onClosed);
      count(late.size());
      tell(now);
    }
    late.forEach(connection -> connection.getEndPoint().close());
  }

  private void count(int more) {
    cut += more;
    told += more;
  }

  private void tell(long now) {
    if (told > 0 && (lastTold == null || now - lastTold >= TELL.toNanos())) {
      LOG.warn(
          "{} connections were cut off: no complete request head arrived within {} s, or "
              + "more than {} were open",
          told,
          patience.toSeconds(),
          most);
      told = 0;
      lastTold = now;
    }
  }

  synchronized int count() {
    return open.size();
  }

  int most() {
    return most;
  }

  /** Returns how many connections were closed while they waited for their request's head. */
  synchronized long cut() {
    return cut;
  }
}

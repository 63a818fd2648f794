package com.voltageems.hissrv.testkit;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** TCP proxy on a free port of this machine that can cut or stall the traffic through it. */
public final class FaultyProxy implements AutoCloseable {
  private static final int BUFFER = 16 * 1024;

  private final ServerSocket server;
  private final int target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "faulty-proxy");
            thread.setDaemon(true);
            return thread;
          });
  private boolean stalled;
  private volatile boolean away;

  /**
   * Starts a proxy in front of a server on this machine.
   *
   * @param target the server's port; the server need not listen yet
   */
  public FaultyProxy(int target) {
    this.target = target;
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.execute(this::accept);
  }

  /** Returns the proxy's address, {@code http://127.0.0.1:port}. */
  public String url() {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  /** Cuts every open connection. */
  public void cut() {
    open.forEach(FaultyProxy::close);
  }

  /** Sets whether the server seems to be away: cuts open connections, and closes new ones. */
  public void away(boolean now) {
    away = now;
    if (now) {
      cut();
    }
  }

  /** Sets whether bytes are held back in both directions, while connections stay open. */
  public synchronized void stall(boolean now) {
    stalled = now;
    notifyAll();
  }

  private synchronized void awaitPassage() throws InterruptedException {
    while (stalled) {
      wait();
    }
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        open.add(client);
        threads.execute(() -> serve(client));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket upstream = new Socket(InetAddress.getLoopbackAddress(), target)) {
      open.add(upstream);
      if (away) {
        return;
      }
      threads.execute(() -> pump(upstream, client));
      pump(client, upstream);
    } catch (IOException e) {
      close(client); // the server is away
    }
  }

  /** Copies bytes until one of the two sockets ends; then closes the other as well. */
  private void pump(Socket from, Socket to) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[BUFFER];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        awaitPassage();
        out.write(buffer, 0, count);
      }
    } catch (IOException e) {
      // counts as the end of the connection
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      close(from);
      close(to);
      open.remove(from);
      open.remove(to);
    }
  }

  private static void close(Closeable socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // it is gone either way
    }
  }

  @Override
  public void close() {
    close(server);
    stall(false);
    cut();
    threads.shutdownNow();
  }
}

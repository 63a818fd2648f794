package com.voltageems.hissrv.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Finds and checks loopback ports. */
public final class Ports {
  private static final int FIRST = 12_000;
  private static final int END = 32_000;
  private static final int BLOCK = 200;
  private static final int TRIES = 1_000;

  /**
   * A socket for each block that this JVM owns: it listens on the block's first port as long as
   * this JVM lives.
   */
  private static final List<ServerSocket> OURS = new ArrayList<>();

  private static int next;
  private static int end;

  private Ports() {}

  /**
   * Returns a port that nothing listened on a moment ago, and that this method has not returned
   * before, here or in another running JVM. The port is below the range that the system uses for
   * outgoing connections and for requests for any port. Otherwise one of those might take the port
   * before its server does, or while the server is away.
   */
  public static synchronized int free() {
    for (int i = 0; i < TRIES; i++) {
      if (next == end) {
        takeBlock();
      }
      int port = next++;
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no free port between " + FIRST + " and " + (END - 1));
  }

  private static void takeBlock() {
    for (int i = 0; i < TRIES; i++) {
      int first = FIRST + BLOCK * ThreadLocalRandom.current().nextInt((END - FIRST) / BLOCK);
      try {
        OURS.add(new ServerSocket(first, 1, InetAddress.getLoopbackAddress()));
        next = first + 1;
        end = first + BLOCK;
        return;
      } catch (IOException e) {
        // The block belongs to another JVM.
      }
    }
    throw new IllegalStateException(
        "no free block of ports between " + FIRST + " and " + (END - 1));
  }

  /** Returns the first free port from {@code wanted} on; tries 100 ports. */
  public static int freeFrom(int wanted) {
    for (int port = wanted; port < wanted + 100; port++) {
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("ports " + wanted + " to " + (wanted + 99) + " are all taken");
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(port), 1);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns whether this machine has the IPv6 loopback address, {@code ::1}. */
  public static boolean haveIpv6() {
    byte[] loopback = new byte[16];
    loopback[15] = 1;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByAddress(loopback))) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns whether something listens on the loopback port. */
  public static boolean isOpen(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}

package com.voltageems.hissrv.testkit;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/**
 * Entry point of every child JVM: runs the main class named by the first argument and ends with its
 * parent. The parent holds the other end of standard input. When the parent is gone, for whatever
 * reason, the read returns and the child halts, so not even a {@code kill -9} of the parent leaves
 * a process behind.
 */
public final class ChildJvm {
  private ChildJvm() {}

  public static void main(String[] args) throws Throwable {
    Thread watcher = new Thread(ChildJvm::haltWithParent, "parent-watcher");
    watcher.setDaemon(true);
    watcher.start();
    try {
      // The main class of another project, known by name only: it is not on our own class path.
      Class.forName(args[0])
          .getMethod("main", String[].class)
          .invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static void haltWithParent() {
    try {
      while (System.in.read() >= 0) {
        // nothing is ever sent; only the end of the stream matters
      }
    } catch (IOException e) {
      System.err.println("standard input broke, taken as the parent's end: " + e);
    }
    Runtime.getRuntime().halt(0);
  }
}

package com.voltageems.hissrv.testkit;

import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What a test has started, ended after it, newest first. Register it as a field of the test with
 * {@code @RegisterExtension}; a test that starts its parts once for all of its methods keeps it in
 * a static field and closes it itself. Servers are killed: nobody needs their data any more, and
 * several workers that say goodbye to one another take a minute. Not thread-safe.
 */
public final class Parts implements AfterEachCallback, AutoCloseable {
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  /** Keeps the part until the end of the test. */
  public <T extends AutoCloseable> T add(T part) {
    parts.push(part);
    return part;
  }

  @Override
  public void afterEach(ExtensionContext context) {
    close();
  }

  /** Ends all parts; one that fails is reported and does not keep the others open. */
  @Override
  public void close() {
    while (!parts.isEmpty()) {
      AutoCloseable part = parts.pop();
      try {
        if (part instanceof Server server) {
          server.kill();
        } else if (part instanceof ServerProcess process) {
          process.kill();
        }
        part.close();
      } catch (Exception e) {
        System.err.println("closing " + part.getClass().getSimpleName() + ": " + e);
      }
    }
  }
}

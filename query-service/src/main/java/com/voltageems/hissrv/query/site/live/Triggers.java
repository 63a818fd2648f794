package com.voltageems.hissrv.query.site.live;

import com.voltageems.hissrv.query.process.Schedulers;
import com.voltageems.hissrv.query.site.Contents;
import java.lang.reflect.Proxy;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Triggers a reload of the file: if its content changes, or that of a file that holds one of its
 * secrets, or on SIGHUP. Compares contents instead of using file system events: those are missed on
 * mounts and behind the symbolic links that Kubernetes swaps.
 */
final class Triggers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Triggers.class);
  private static final long INTERVAL_MS = 1000;

  private final LiveSite site;
  private final ScheduledExecutorService executor = Schedulers.of("reload");
  private final Settled content;

  private Triggers(LiveSite site) {
    this.site = site;
    this.content = new Settled(site.contents().then());
  }

  /** Starts to watch. */
  static Triggers of(LiveSite site) {
    Triggers triggers = new Triggers(site);
    ScheduledFuture<?> unused =
        triggers.executor.scheduleWithFixedDelay(
            triggers::look, INTERVAL_MS, INTERVAL_MS, TimeUnit.MILLISECONDS);
    triggers.onHangup();
    return triggers;
  }

  private void look() {
    try {
      Contents read = site.contents();
      if (content.isNew(read.then(), read.now())) {
        site.reload();
      }
    } catch (RuntimeException | LinkageError e) {
      LOG.error("The file could not be read again", e);
    }
  }

  /**
   * Handles SIGHUP by reflection: the JDK has no public API for signals, and the compiler warns
   * about this class. If it is missing, the file is watched all the same.
   */
  private void onHangup() {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  executor.execute(site::reload);
                }
                return null;
              });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), proxy);
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.debug("SIGHUP is not heard here", e);
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}

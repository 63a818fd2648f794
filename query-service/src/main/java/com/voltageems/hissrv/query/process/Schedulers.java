package com.voltageems.hissrv.query.process;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/** Creates executors of one thread each for work that comes again and again. */
public final class Schedulers {
  private Schedulers() {}

  /**
   * Creates an executor whose only thread, a daemon, has this name. A plain executor drops a task
   * that throws, and says so to nobody who does not ask; this one passes it to the handler of
   * uncaught exceptions.
   */
  public static ScheduledExecutorService of(String name) {
    return new Heard(name);
  }

  private static final class Heard extends ScheduledThreadPoolExecutor {
    Heard(String name) {
      super(
          1,
          work -> {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            return thread;
          });
    }

    @Override
    protected void afterExecute(Runnable task, @Nullable Throwable thrown) {
      super.afterExecute(task, thrown);
      // A periodic task is done only if it has thrown, or was cancelled.
      if (thrown == null && task instanceof Future<?> future && future.isDone()) {
        tell(future);
      }
    }

    private static void tell(Future<?> future) {
      try {
        Object unused = future.get();
      } catch (CancellationException e) {
        // As asked.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException e) {
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, e.getCause());
      }
    }
  }
}

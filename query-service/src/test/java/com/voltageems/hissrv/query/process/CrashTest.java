package com.voltageems.hissrv.query.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to the process if one of its threads ends. */
class CrashTest {
  /** Loses a thread in the way that the argument names. */
  public static final class Loser {
    private Loser() {}

    @SuppressWarnings("PMD.DoNotTerminateVM")
    public static void main(String[] args) throws InterruptedException {
      Crash.onLostThreads();
      switch (args[0]) {
        case "thread" -> {
          Thread thread =
              new Thread(
                  () -> {
                    throw new OutOfMemoryError("Java heap space");
                  },
                  "alerts");
          thread.start();
        }
        case "schedule" -> {
          ScheduledFuture<?> unused =
              Schedulers.of("probe-store")
                  .scheduleWithFixedDelay(
                      () -> {
                        throw new NoClassDefFoundError("com/voltageems/Replaced");
                      },
                      0,
                      1,
                      TimeUnit.SECONDS);
        }
        default -> {
          Thread thread =
              new Thread(
                  () -> {
                    throw new IllegalStateException("one request less");
                  },
                  "scan");
          thread.start();
          thread.join();
          System.exit(0);
        }
      }
      Thread.sleep(Duration.ofMinutes(5).toMillis());
    }
  }

  @TempDir private Path folder;
  private String log = "";

  private int end(String way) throws Exception {
    Path out = folder.resolve("log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Loser.class.getName(),
                way)
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    try {
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
      log = Files.readString(out);
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void threadWithoutMemory_endsTheProcess() throws Exception {
    assertThat(end("thread")).isEqualTo(Crash.CODE);
    assertThat(log).contains("alerts").contains("Java heap space").contains("code 3");
  }

  @Test
  void workThatComesAgain_endsTheProcess() throws Exception {
    assertThat(end("schedule")).isEqualTo(Crash.CODE);
    assertThat(log).contains("probe-store").contains("com/voltageems/Replaced");
  }

  @Test
  void exception_isLoggedOnly() throws Exception {
    assertThat(end("exception")).isZero();
    assertThat(log).contains("scan").contains("one request less");
  }

  @Test
  void workThatIsCancelled_isNoFailure() {
    AtomicInteger runs = new AtomicInteger();
    AtomicInteger failures = new AtomicInteger();
    ScheduledExecutorService executor = Schedulers.of("work");
    try {
      executor.execute(
          () ->
              Thread.currentThread()
                  .setUncaughtExceptionHandler((thread, failure) -> failures.incrementAndGet()));
      ScheduledFuture<?> work =
          executor.scheduleWithFixedDelay(runs::incrementAndGet, 0, 1, TimeUnit.MILLISECONDS);
      await().until(() -> runs.get() > 2);
      work.cancel(true);
      executor.execute(
          () -> {
            throw new IllegalStateException("told");
          });
      await().until(() -> failures.get() == 1);
    } finally {
      executor.shutdownNow();
    }
  }
}

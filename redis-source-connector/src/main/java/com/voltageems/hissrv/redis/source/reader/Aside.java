package com.voltageems.hissrv.redis.source.reader;

import com.voltageems.hissrv.redis.source.link.CommandRefusedException;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisReplyException;
import com.voltageems.hissrv.redis.source.link.RedisUnavailableException;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks Redis a question in addition to the reading: from time to time, over a connection that the
 * reading has made, and never again after a refusal. For the task's thread.
 */
public final class Aside {
  private static final Logger LOG = LoggerFactory.getLogger(Aside.class);

  private final RedisLink link;
  private final WorkerClock clock;
  private long nextNanos;
  private boolean refused;

  public Aside(RedisLink link, WorkerClock clock) {
    this.link = link;
    this.clock = clock;
    this.nextNanos = clock.nanos();
  }

  /**
   * Asks the question if it is due. The next reading will notice an outage.
   *
   * @param question uses the link
   * @param refusal called once with Redis's answer if it refuses
   * @param pauseNanos time until the next question; called after this one
   */
  public void ask(Runnable question, Consumer<String> refusal, LongSupplier pauseNanos) {
    if (refused || link.generation() == 0 || clock.nanos() - nextNanos < 0) {
      return;
    }
    try {
      question.run();
    } catch (CommandRefusedException | RedisReplyException e) {
      refused = true;
      refusal.accept(String.valueOf(e.getMessage()));
    } catch (RedisUnavailableException e) {
      LOG.debug("The next reading notices by itself", e);
    }
    nextNanos = clock.nanos() + pauseNanos.getAsLong();
  }
}

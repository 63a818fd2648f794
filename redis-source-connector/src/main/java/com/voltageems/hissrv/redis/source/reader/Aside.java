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
 * Asks Redis something beside the reading: from time to time, over a connection that others have
 * made, and not again after a refusal. For the task's thread.
 */
final class Aside {
  private static final Logger LOG = LoggerFactory.getLogger(Aside.class);

  private final RedisLink link;
  private final WorkerClock clock;
  private long nextNanos;
  private boolean refused;

  Aside(RedisLink link, WorkerClock clock) {
    this.link = link;
    this.clock = clock;
    this.nextNanos = clock.nanos();
  }

  /**
   * Asks when it is time; an outage is for the next reading to notice.
   *
   * @param question uses the link
   * @param refusal told once, with what Redis has said
   * @param pauseNanos until the next time, once this one is over
   */
  void ask(Runnable question, Consumer<String> refusal, LongSupplier pauseNanos) {
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

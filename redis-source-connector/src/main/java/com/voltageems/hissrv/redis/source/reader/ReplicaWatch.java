package com.voltageems.hissrv.redis.source.reader;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.ServerFacts;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the data that is read is current. A replica without its primary keeps answering, from the
 * data that it had when they were separated. A server may also become a replica while a connection
 * is kept. For the task's thread.
 */
public final class ReplicaWatch {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaWatch.class);
  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** While something is wrong: its end should be noticed soon. */
  private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final RedisLink link;
  private final Aside aside;
  private @Nullable String trouble;

  public ReplicaWatch(RedisLink link, WorkerClock clock) {
    this.link = link;
    this.aside = new Aside(link, clock);
  }

  /** Asks from time to time, over a connection that the reading has made. */
  public void look() {
    // A cluster's replicas redirect a reader to the primary.
    if (link.isCluster()) {
      return;
    }
    aside.ask(
        () -> trouble = ask(),
        words -> {
          trouble = null;
          LOG.warn(
              "Cannot find out whether Redis is a replica without its primary, whose data are old;"
                  + " allow +hello and +role in the user's ACL: {}",
              words);
        },
        () -> trouble == null ? EVERY_NANOS : AGAIN_NANOS);
  }

  private @Nullable String ask() {
    if (!(link.call(Command.of("HELLO")) instanceof List<?> hello)
        || !ServerFacts.ofHello(hello).isReplica()
        || !(link.call(Command.of("ROLE")) instanceof List<?> role)
        || role.size() < 4
        || text(role.get(3)).equals("connected")) {
      return null;
    }
    return "Redis is a replica, and its link to the primary "
        + text(role.get(1))
        + ":"
        + text(role.get(2))
        + " is down ("
        + text(role.get(3))
        + "): what is read there is of before";
  }

  private static String text(@Nullable Object reply) {
    return reply instanceof byte[] bytes ? Bytes.text(bytes) : String.valueOf(reply);
  }

  /** Returns why the data may be old; null if it is not. */
  public @Nullable String trouble() {
    return trouble;
  }
}

package com.voltageems.hissrv.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Measures the rate of messages that the source sustains without losing one: the rate increases
 * step by step until a step fails. A step passes if everything published is counted as a point and
 * is in the topic as a record, nothing was dropped or rejected, no gap was seen, and no backlog
 * grew.
 */
final class SourcePubSub {
  private static final int CHANNELS = 1000;
  private static final long[] STEPS = {
    50_000, 100_000, 150_000, 200_000, 250_000, 300_000, 400_000, 500_000
  };
  private static final String NAME = "bench-pubsub";
  private static final String ALIAS = "bus";
  private static final String TOPIC = "hissrv." + ALIAS;

  /** Maximum backlog at the end of a step, in seconds at its rate. */
  private static final double MAX_BACKLOG_SECONDS = 0.3;

  private final SourceRig rig;
  private final int stepSeconds;

  SourcePubSub(SourceRig rig) {
    this.rig = rig;
    this.stepSeconds = Math.max(3, rig.seconds / 2);
  }

  void measure() throws IOException, InterruptedException {
    rig.fill(CHANNELS);
    Map<String, String> config = rig.bareSource();
    config.put("sources", ALIAS);
    config.put("sources." + ALIAS + ".type", "pubsub");
    config.put("sources." + ALIAS + ".pattern", "comsrv:*");
    rig.submit(NAME, config);
    Figures.await("the hashes behind the channels", () -> counter("points") >= CHANNELS * 50L);

    Figures.say(
        "channel by channel, the points of one after the other, so that those of one millisecond"
            + " become one record; steps of %d s",
        stepSeconds);
    List<byte[]> merged = Publisher.channelByChannel(CHANNELS, SourceRig.POINTS);
    Figures.print("source.pubsub_messages_per_s", highestStep(merged), "messages/s");
    Figures.say("every message on another channel: each becomes a record of its own");
    Figures.print(
        "source.pubsub_unmerged_messages_per_s",
        highestStep(Publisher.pointByPoint(CHANNELS, SourceRig.POINTS)),
        "messages/s");
    overload(Publisher.pointByPoint(CHANNELS, SourceRig.POINTS));
    rig.delete(NAME);
  }

  private double highestStep(List<byte[]> batches) throws IOException, InterruptedException {
    try (Publisher publisher = new Publisher(rig.server.port(), batches)) {
      publisher.run(STEPS[0], stepSeconds);
      settle();
      double highest = 0;
      for (long step : STEPS) {
        // Tries again: on a busy machine, another process may have caused a single failure.
        Publisher.Run passed = passes(publisher, step);
        if (passed.published() == 0) {
          passed = passes(publisher, step);
        }
        if (passed.published() == 0) {
          break;
        }
        highest = passed.perSecond();
      }
      return highest;
    }
  }

  /** Returns the run, or an empty run if it failed. */
  private Publisher.Run passes(Publisher publisher, long perSecond)
      throws IOException, InterruptedException {
    long points = counter("points");
    long records = counter("records");
    long lost = losses();
    long inTopic = rig.records(TOPIC);
    Publisher.Run run = publisher.run(perSecond, stepSeconds);
    long backlog = run.published() - (counter("points") - points);
    settle();
    points = counter("points") - points;
    records = counter("records") - records;
    inTopic = rig.records(TOPIC) - inTopic;
    lost = losses() - lost;
    boolean isPaced = run.perSecond() > 0.95 * perSecond;
    boolean keptUp = backlog < MAX_BACKLOG_SECONDS * perSecond;
    boolean isWhole =
        lost == 0
            && points == run.published()
            && run.heard() == run.published()
            && inTopic == records;
    Figures.say(
        "%s at %d/s: published %d at %.0f/s, points %d, records %d, in the topic %d, lost or gaps"
            + " %d, backlog %d",
        isPaced && keptUp && isWhole ? "passed" : "failed",
        perSecond,
        run.published(),
        run.perSecond(),
        points,
        records,
        inTopic,
        lost,
        backlog);
    return isPaced && keptUp && isWhole ? run : new Publisher.Run(0, 0, 1);
  }

  /**
   * Publishes as fast as Redis accepts; messages that the source cannot keep are dropped and
   * counted.
   */
  private void overload(List<byte[]> batches) throws IOException, InterruptedException {
    try (Publisher publisher = new Publisher(rig.server.port(), batches)) {
      long dropped = counter("messages-dropped");
      long gaps = counter("gaps");
      long points = counter("points");
      Publisher.Run run = publisher.run(Long.MAX_VALUE, 2 * stepSeconds);
      settle();
      Figures.print("source.pubsub_overload_rate", run.perSecond(), "messages/s");
      Figures.print(
          "source.pubsub_overload_dropped",
          (double) (counter("messages-dropped") - dropped),
          "messages");
      Figures.print(
          "source.pubsub_overload_points", (double) (counter("points") - points), "points");
      Figures.print("source.pubsub_overload_gaps", (double) (counter("gaps") - gaps), "gaps");
    }
  }

  private long losses() {
    return counter("messages-dropped") + counter("gaps") + counter("rejected");
  }

  private long counter(String name) {
    return rig.metrics.get(NAME, ALIAS, name);
  }

  /** Waits until nothing more leaves the source or reaches the topic. */
  private void settle() throws InterruptedException {
    long before = -1;
    long now = counter("points") + rig.records(TOPIC);
    while (now != before) {
      TimeUnit.MILLISECONDS.sleep(500);
      before = now;
      now = counter("points") + rig.records(TOPIC);
    }
  }
}

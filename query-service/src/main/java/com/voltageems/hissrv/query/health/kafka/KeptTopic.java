package com.voltageems.hissrv.query.health.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** A compacted topic of one partition, in which the service keeps something. */
public final class KeptTopic {
  private KeptTopic() {}

  /**
   * Makes it where it is not there. Who may not make topics may use the one that somebody made.
   *
   * @param client settings of a client
   * @return whether it was made
   * @throws ExecutionException with what Kafka says; where it is not there, or may not be seen, and
   *     may not be made, with a {@link TopicAuthorizationException} that says so
   */
  public static boolean make(Map<String, Object> client, String topic, Duration timeout)
      throws ExecutionException, InterruptedException, TimeoutException {
    NewTopic wanted =
        new NewTopic(topic, Optional.of(1), Optional.empty())
            .configs(Map.of("cleanup.policy", "compact"));
    KafkaGreeting.require(client, timeout);
    try (Admin admin = Admin.create(client)) {
      try {
        admin.createTopics(List.of(wanted)).all().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        return true;
      } catch (ExecutionException e) {
        if (e.getCause() instanceof AuthorizationException) {
          requireThere(admin, topic, timeout);
        } else if (!(e.getCause() instanceof TopicExistsException)) {
          throw e;
        }
        return false;
      }
    }
  }

  private static void requireThere(Admin admin, String topic, Duration timeout)
      throws ExecutionException, InterruptedException, TimeoutException {
    try {
      admin
          .describeTopics(List.of(topic))
          .allTopicNames()
          .get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      boolean notSeen =
          e.getCause() instanceof UnknownTopicOrPartitionException
              || e.getCause() instanceof AuthorizationException;
      throw notSeen
          ? new ExecutionException(
              new TopicAuthorizationException(
                  "the right Create on the topic "
                      + topic
                      + " is missing; where somebody else makes it, Read and Write are enough"))
          : e;
    }
  }
}

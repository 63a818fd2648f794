package com.voltageems.hissrv.query.health.kafka;

import com.voltageems.hissrv.query.health.ProbeException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;

/**
 * Partitions have no leader: no broker with a copy in sync is up, so nothing can be written to them
 * or read from them, while the rest of the cluster works.
 */
public final class NoLeaderException extends ProbeException {
  private static final long serialVersionUID = 1L;
  private static final int MOST_IN_MESSAGE = 5;

  /**
   * @param kafka how the cluster is called in messages
   * @param partitions at least one
   */
  NoLeaderException(String kafka, Collection<TopicPartition> partitions) {
    super(
        kafka + "has no leader for " + names(partitions) + ": no broker with a copy in sync is up");
  }

  /** Returns the first names, in order. */
  public static String names(Collection<TopicPartition> partitions) {
    Set<String> names = new TreeSet<>();
    partitions.forEach(partition -> names.add(partition.toString()));
    List<String> first = names.stream().limit(MOST_IN_MESSAGE).toList();
    return String.join(", ", first) + (first.size() < names.size() ? ", …" : "");
  }
}

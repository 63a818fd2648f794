package com.voltageems.hissrv.query.health.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.kafka.KafkaAccess;
import com.voltageems.hissrv.query.health.pipeline.RecordReader.Unread;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class RecordReaderTest {
  private static final TopicPartition PARTITION = new TopicPartition("hissrv.live", 0);

  /** It counted as nothing waiting, so that coarser copies were closed without what was to come. */
  @Test
  void recordsThatWaitButCannotBeReadInTime_mayBeAsOldAsTheyLike() throws Exception {
    QueryConfig.Kafka nobody = new QueryConfig.Kafka("127.0.0.1:1", "", "", Map.of());
    try (KafkaAccess kafka = new KafkaAccess(nobody, Duration.ZERO);
        RecordReader reader = new RecordReader(kafka)) {
      assertThat(reader.oldest(Map.of())).isNull();
      assertThat(reader.oldest(Map.of(PARTITION, new Unread(0, 3)))).isEqualTo(Instant.EPOCH);
    }
  }
}

package com.voltageems.hissrv.redis.source.list;

import com.voltageems.hissrv.redis.source.reader.RejectReason;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import com.voltageems.hissrv.redis.source.sample.PendingElement;
import com.voltageems.hissrv.redis.source.sample.Sample;
import com.voltageems.hissrv.redis.source.sample.SampleFilter;
import com.voltageems.hissrv.redis.source.sample.SampleRecords;
import com.voltageems.hissrv.redis.source.sample.SourceLimits;
import com.voltageems.hissrv.redis.source.type.ReaderContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.connect.source.SourceRecord;

/**
 * Makes records of a claim's elements, and entries for the rejected list of elements that are not
 * samples.
 */
final class ClaimedElements {
  private final String key;
  private final SampleFilter filter;
  private final Map<String, String> partition;
  private final SampleRecords records;
  private final SourceLimits limits;
  private final SourceMetrics metrics;
  private final UntimedElements untimed = new UntimedElements();

  ClaimedElements(ListSource source, ReaderContext context) {
    this.key = source.key();
    this.filter = source.common().filter();
    this.partition = ListPosition.partition(key);
    this.records = context.records();
    this.limits = context.limits();
    this.metrics = context.metrics();
  }

  /**
   * Result of converting some elements.
   *
   * @param endsLarge whether the last element is larger than a claim
   */
  record Page(List<SourceRecord> records, List<byte[]> rejected, boolean endsLarge) {}

  /**
   * Converts the elements that were taken.
   *
   * @param first number of the first element in the claim
   * @param from elements with a lower number are already delivered
   * @param claimMillis time for an element that has none
   */
  Page page(ClaimReply.Taken taken, long first, long from, long claimMillis) {
    List<SourceRecord> out = new ArrayList<>(taken.elements().size());
    List<byte[]> rejected = new ArrayList<>();
    boolean endsLarge = false;
    long index = first;
    if (first == 0) {
      untimed.begin();
    }
    for (Object each : taken.elements()) {
      byte[] element = (byte[]) each;
      endsLarge = element.length > limits.maxBatchBytes();
      PendingElement parsed =
          PendingElement.parse(element, limits.maxValueBytes(), limits.nonFinite(), claimMillis);
      Sample sample = parsed.sample();
      metrics.reject(RejectReason.NON_FINITE, parsed.nonFinite());
      metrics.rounded.add(parsed.rounded());
      if (sample != null && !parsed.timed()) {
        sample = untimed.timed(taken.id(), sample);
        metrics.untimed.increment();
      }
      if (sample == null) {
        rejected.add(PendingElement.rejectedEntry(element, Objects.requireNonNull(parsed.fault())));
        metrics.reject(RejectReason.ELEMENT);
      } else if (index >= from) {
        add(sample, new ListPosition(taken.id(), index, taken.claimed()), out);
      }
      index++;
    }
    return new Page(out, rejected, endsLarge);
  }

  private void add(Sample sample, ListPosition at, List<SourceRecord> out) {
    Sample passed = filter.apply(sample);
    if (passed == null) {
      metrics.filtered.increment();
    } else {
      out.add(records.record(passed, key, partition, at.toOffset()));
      metrics.points.add(passed.points());
    }
  }
}

package com.voltageems.hissrv.query.resolution;

import com.voltageems.hissrv.query.completeness.SampleSink;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.window.Windows;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers a question from what gives the same answer for the least work. Safe for many threads. */
public interface Resolutions {
  /** From the samples only. */
  Resolutions RAW =
      new Resolutions() {
        @Override
        public HistoryAnswer query(
            HistoryStore samples, HistoryQuery query, boolean raw, Deadline deadline) {
          return samples.query(query, deadline);
        }

        @Override
        public HistoryAnswer coarser(HistoryStore samples, HistoryQuery query, Deadline deadline) {
          return samples.query(query, deadline);
        }

        @Override
        public HistoryAnswer told(HistoryAnswer answer, Selection selection) {
          return answer;
        }

        @Override
        public HistoryAnswer samples(
            HistoryStore samples,
            Selection selection,
            List<Field> fields,
            Windows windows,
            boolean raw,
            Deadline deadline,
            SampleSink sink) {
          samples.times(selection, fields, deadline, sink);
          return new HistoryAnswer(List.of(), false);
        }
      };

  /**
   * The answer.
   *
   * @param samples what can answer in any case
   * @param raw whether it has to
   */
  HistoryAnswer query(HistoryStore samples, HistoryQuery query, boolean raw, Deadline deadline);

  /**
   * The answer; where the samples are gone and no copy has what was asked for, by the longer
   * windows of a copy that is there.
   */
  HistoryAnswer coarser(HistoryStore samples, HistoryQuery query, Deadline deadline);

  /**
   * The shortest windows of which copies have means where the samples are gone that an answer is
   * from; null where none has any.
   */
  default @Nullable String kept(Selection selection, List<Field> fields, HistoryAnswer answer) {
    return null;
  }

  /** What there was of which the samples are gone. */
  default CopyDiscovery discovery() {
    return CopyDiscovery.NONE;
  }

  /** An answer, also one from memory, with the time before which samples are gone. */
  HistoryAnswer told(HistoryAnswer answer, Selection selection);

  /**
   * Tells when series had a sample, a value of any of the fields; or how many they had, where
   * copies count them: in windows of a day and more, and where the samples are gone.
   *
   * @param windows that are asked for
   * @param raw whether the samples are to tell in any case
   * @param sink one part of the range after the other
   * @return no series; which parts are from where, and what is gone
   */
  HistoryAnswer samples(
      HistoryStore samples,
      Selection selection,
      List<Field> fields,
      Windows windows,
      boolean raw,
      Deadline deadline,
      SampleSink sink);
}

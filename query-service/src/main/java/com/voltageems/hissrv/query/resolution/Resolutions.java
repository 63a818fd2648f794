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

/**
 * Answers a request from the source that gives the same answer with the least work. Thread-safe.
 */
public interface Resolutions {
  /** Answers from the samples only. */
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
   * Answers a request.
   *
   * @param samples the store that can answer in any case
   * @param raw true if the samples must answer
   */
  HistoryAnswer query(HistoryStore samples, HistoryQuery query, boolean raw, Deadline deadline);

  /**
   * Answers a request. Where the samples are gone and no copy has the requested windows, the answer
   * has the longer windows of an existing copy.
   */
  HistoryAnswer coarser(HistoryStore samples, HistoryQuery query, Deadline deadline);

  /**
   * Returns the shortest window length in which copies have means for the part of the answer whose
   * samples are gone; null if no copy has any.
   */
  default @Nullable String kept(Selection selection, List<Field> fields, HistoryAnswer answer) {
    return null;
  }

  /** Returns the discovery of data whose samples are gone. */
  default CopyDiscovery discovery() {
    return CopyDiscovery.NONE;
  }

  /** Returns the answer, also one from the cache, with the time before which samples are gone. */
  HistoryAnswer told(HistoryAnswer answer, Selection selection);

  /**
   * Reports the samples of series to the sink; a sample is a time with a value of any of the
   * fields. Where copies count samples, it reports numbers instead of times: for windows of a day
   * or longer, and where the samples are gone.
   *
   * @param windows the requested windows
   * @param raw true if the samples must be read in any case
   * @param sink receives one part of the range after the other
   * @return an answer without series: where each part comes from, and what is gone
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

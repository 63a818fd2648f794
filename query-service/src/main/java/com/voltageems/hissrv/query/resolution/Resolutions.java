package com.voltageems.hissrv.query.resolution;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.Selection;

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
        public HistoryAnswer told(HistoryAnswer answer, Selection selection) {
          return answer;
        }
      };

  /**
   * The answer.
   *
   * @param samples what can answer in any case
   * @param raw whether it has to
   */
  HistoryAnswer query(HistoryStore samples, HistoryQuery query, boolean raw, Deadline deadline);

  /** An answer, also one from memory, with the time before which samples are gone. */
  HistoryAnswer told(HistoryAnswer answer, Selection selection);
}

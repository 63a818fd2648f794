package com.voltageems.hissrv.query.resolution;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.HistoryStore;

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
        public HistoryAnswer told(HistoryAnswer answer, HistoryQuery query, boolean raw) {
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

  /**
   * The answer with where its parts are answered from, also where it comes from memory.
   *
   * @param raw whether the samples had to answer
   */
  HistoryAnswer told(HistoryAnswer answer, HistoryQuery query, boolean raw);
}

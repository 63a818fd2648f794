package com.voltageems.hissrv.quickstart.answers;

import com.voltageems.hissrv.quickstart.HistoryDatabase;
import java.nio.file.Path;

/** The contract with QuestDB. */
class QuestDbAnswersKillIT extends AnswersContract {
  @Override
  HistoryDatabase start(Path folder) {
    return HistoryDatabase.questDb(folder);
  }
}

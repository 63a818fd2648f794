package com.voltageems.hissrv.query.store.questdb;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuestDbStoreTest {
  @ParameterizedTest
  @ValueSource(strings = {"QuestDB 8.2.0", "QuestDB 8", "QuestDB 7.4.2"})
  void versionThatRefusesTheQueries_isToldToBeUpgraded(String version) {
    assertThat(QuestDbStore.outdated(version))
        .hasValueSatisfying(words -> assertThat(words).contains("before 9.0", "upgrade QuestDB"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"QuestDB 9.0.1", "QuestDB 9.3.4", "QuestDB 10.1", "QuestDB", ""})
  void newerOrUnknownVersion_isNotTold(String version) {
    assertThat(QuestDbStore.outdated(version)).isEmpty();
  }
}

package com.voltageems.hissrv.query.store.questdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.tier.TierRows;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.ConnectException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/** What is said about connections that break off, or that cannot be had. */
class BrokenConnectionTest {
  private static final Deadline SOON = Deadline.in(Duration.ofMinutes(1));

  /** As the pool's: after a failure with state 08 every further call fails without a state. */
  private static Connection breaking() {
    boolean[] broken = {false};
    return (Connection)
        Proxy.newProxyInstance(
            BrokenConnectionTest.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (self, method, arguments) -> {
              if (broken[0]) {
                throw new SQLException("Connection is closed");
              }
              if (method.getName().equals("prepareStatement")) {
                broken[0] = true;
                throw new SQLException("An I/O error occurred while sending.", "08006");
              }
              return null;
            });
  }

  /** It was told as "QuestDB refused the query: Connection is closed". */
  @Test
  void failedWrite_isToldByItsFirstFailure() {
    TierRows rows = new TierRows("m", List.of(), List.of(), List.of());

    assertThatThrownBy(() -> CopyWriter.insert(breaking(), "t", rows, SOON))
        .isInstanceOf(SQLException.class)
        .hasMessage("An I/O error occurred while sending.");
  }

  @Test
  void closedConnection_isNoRefusal() {
    StoreException failure = Connections.failure(new SQLException("Connection is closed"), SOON);

    assertThat(failure.kind()).isEqualTo(StoreException.Kind.UNAVAILABLE);
  }

  /** The words of the pool differ each time, so that a log had a line for each try. */
  @Test
  void missingConnection_isToldByTheDatabasesAnswer() {
    SQLException refused =
        new SQLException(
            "Connection refused.", "08001", new ConnectException("Connection refused"));

    StoreException failure =
        Connections.away(
            new SQLTransientConnectionException(
                "questdb - Connection is not available, request timed out after 3003ms", refused),
            "the settings",
            "QuestDB 9.3.4");

    assertThat(failure).hasMessage("QuestDB cannot be reached");
    assertThat(failure.getCause()).hasMessage("Connection refused");
  }

  /**
   * Seen with QuestDB 8.2.0, when several connections are opened at once: it answers the pool's
   * question for the isolation without rows.
   */
  @ParameterizedTest
  @CsvSource({
    "'', QuestDB gave an answer that the service cannot use",
    "QuestDB 9.3.4, QuestDB 9.3.4 gave an answer that the service cannot use",
    "QuestDB 8.2.0, 'QuestDB before 9.0 does not understand the service''s queries: upgrade QuestDB;"
        + " QuestDB 8.2.0 gave an answer that the service cannot use'"
  })
  void answerToANewConnection_isNoMissingOne(String version, String words) {
    StoreException failure =
        Connections.away(
            new SQLTransientConnectionException(
                "questdb - Connection is not available, request timed out after 3003ms",
                new SQLException(
                    new PSQLException(
                        "No results were returned by the query.", PSQLState.NO_DATA))),
            "the settings",
            version);

    assertThat(failure.kind()).isEqualTo(StoreException.Kind.UNAVAILABLE);
    assertThat(failure).hasMessage(words);
    assertThat(failure.getCause()).hasMessage("No results were returned by the query.");
  }

  /** A connection that breaks off at once, as at a port where something else listens. */
  @Test
  void connectionThatBreaksOff_cannotBeMade() {
    for (SQLException cause :
        List.of(
            new PSQLException(
                "The connection attempt failed.", PSQLState.CONNECTION_UNABLE_TO_CONNECT),
            new PSQLException("Protocol error.", PSQLState.PROTOCOL_VIOLATION),
            new PSQLException("reset", PSQLState.COMMUNICATION_ERROR, new IOException("reset")),
            new SQLException("the pool's own words"))) {
      assertThat(
              Connections.away(
                  new SQLTransientConnectionException("waited", cause),
                  "the settings",
                  "QuestDB 9.3.4"))
          .hasMessage("QuestDB cannot be reached");
    }
  }

  /** Seen with QuestDB 9.3.4: nine functions of 400 fields. */
  @Test
  void queryThatDoesNotFit_namesTheSettingAndWhatToAskInstead() {
    StoreException failure =
        Connections.failure(
            new SQLException(
                "ERROR: page size is too small to fit a single key, consider increasing"
                    + " `cairo.sql.small.map.page.size` [expected=41620, actual=32768]"),
            SOON);
    assertThat(failure.kind()).isEqualTo(StoreException.Kind.TOO_MUCH);
    assertThat(failure)
        .hasMessage(
            "QuestDB has no room for this query: cairo.sql.small.map.page.size: ask for a shorter"
                + " range, fewer devices or fewer fields, or give it more memory");
    assertThat(Connections.failure(new SQLException("ERROR: Java heap space"), SOON))
        .hasMessage(
            "QuestDB has no room for this query: ask for a shorter range, fewer devices or fewer"
                + " fields, or give it more memory");
  }
}

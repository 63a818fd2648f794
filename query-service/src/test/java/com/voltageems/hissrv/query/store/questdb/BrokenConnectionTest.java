package com.voltageems.hissrv.query.store.questdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.tier.TierRows;
import java.lang.reflect.Proxy;
import java.net.ConnectException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

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
            "the settings");

    assertThat(failure).hasMessage("QuestDB cannot be reached");
    assertThat(failure.getCause()).hasMessage("Connection refused");
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

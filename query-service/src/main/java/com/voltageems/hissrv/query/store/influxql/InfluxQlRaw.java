package com.voltageems.hissrv.query.store.influxql;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.raw.RawAnswer;
import com.voltageems.hissrv.query.store.raw.RawException;
import com.voltageems.hissrv.query.store.raw.RawRows;
import com.voltageems.hissrv.query.store.raw.RawStore;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Raw InfluxQL queries with a login that InfluxDB limits to reading. */
final class InfluxQlRaw implements RawStore {
  private static final String TIME = "time";

  private final InfluxQlClient client;
  private final String setting;

  /**
   * @param setting name of the setting that holds the login, for messages
   */
  InfluxQlRaw(InfluxQlClient client, String setting) {
    this.client = client;
    this.setting = setting;
  }

  @Override
  public RawAnswer ask(String statement, int maxRows, int maxValues, Deadline deadline) {
    prove(deadline);
    RawRows rows = new RawRows(maxRows, maxValues);
    try {
      client.run(
          new InfluxQl(statement, List.of(), List.of()),
          deadline,
          new AnswerReader.Rows() {
            @Override
            public void head(AnswerReader.Head head) {
              rows.table(head.name(), head.tags(), head.columns());
            }

            @Override
            public boolean row(AnswerReader.Head head, @Nullable Object[] values) {
              List<@Nullable Object> row = new ArrayList<>();
              for (int i = 0; i < head.columns().size(); i++) {
                row.add(shown(head.columns().get(i), values[i]));
              }
              return rows.row(row);
            }
          });
    } catch (StoreException e) {
      // The login is known: prove() says so. The statement may name what it has no right to.
      if (e.kind() == StoreException.Kind.FAILED
          || e.kind() == StoreException.Kind.LOGIN
          || e.kind() == StoreException.Kind.MISSING
          || e.kind() == StoreException.Kind.TOO_MUCH) {
        Throwable words = e.getCause();
        throw new RawException(
            RawException.Kind.REFUSED, String.valueOf(words == null ? null : words.getMessage()));
      }
      throw e;
    }
    return rows.answer();
  }

  private static @Nullable Object shown(String column, @Nullable Object value) {
    return column.equals(TIME) && value instanceof Long micros
        ? Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString()
        : value;
  }

  /**
   * Proves that the login may not write. An empty write changes nothing, but InfluxDB still refuses
   * it without the right to write.
   */
  private void prove(Deadline deadline) {
    int status = client.writesNothing(deadline);
    if (status >= 500) {
      throw new StoreException(
          StoreException.Kind.UNAVAILABLE,
          "InfluxDB answered with status " + status,
          new IllegalStateException("to a write of nothing"));
    }
    if (status != 403) {
      throw new RawException(
          RawException.Kind.MAY_WRITE,
          "the login of "
              + setting
              + " may write (a write of nothing was answered with "
              + status
              + "); use one that may only read, of an InfluxDB that asks for logins");
    }
  }

  @Override
  public void close() {
    // The connection pool closes idle connections.
  }
}

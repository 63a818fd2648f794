package com.voltageems.hissrv.query.http;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.http.answer.RawJson;
import com.voltageems.hissrv.query.http.ask.BadRequestException;
import com.voltageems.hissrv.query.http.ask.Texts;
import com.voltageems.hissrv.query.http.problem.ErrorKind;
import com.voltageems.hissrv.query.http.problem.RefusedException;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.raw.RawAnswer;
import com.voltageems.hissrv.query.store.raw.RawException;
import com.voltageems.hissrv.query.store.raw.RawStore;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code POST /raw}: runs a statement in the database's own language, bounded like every other
 * query. The database decides what the statement may do, by the rights of a separate login.
 */
final class RawApi {
  static final Set<String> PARAMETERS = Set.of("limit");

  private final boolean enabled;
  private final HistoryStore store;
  private final QueryConfig.Limits limits;
  private final Slots slots;

  RawApi(QueryConfig config, HistoryStore store, Slots slots) {
    this.enabled = config.access().raw();
    this.store = store;
    this.limits = config.limits();
    this.slots = slots;
  }

  Reply ask(Map<String, List<String>> texts, byte[] body) {
    RawStore raw =
        store
            .raw()
            .filter(any -> enabled)
            .orElseThrow(
                () ->
                    new RefusedException(
                        ErrorKind.NOT_FOUND,
                        "raw queries are switched off; query.raw.enabled switches them on"));
    Texts parameters = new Texts(texts, PARAMETERS);
    parameters.requireKnown();
    int limit = parameters.number("limit", limits.defaultRows(), 1, limits.maxRows());
    String statement = text(body);
    if (statement.isBlank()) {
      throw new BadRequestException("body", "", "a statement in the database's own language");
    }
    return slots.bounded(
        deadline -> {
          try {
            RawAnswer answer = raw.ask(statement, limit, limits.maxValues(), deadline);
            return new Reply(200, "application/json", RawJson.of(answer), answer.truncated());
          } catch (RawException e) {
            throw new RefusedException(
                e.kind() == RawException.Kind.REFUSED
                    ? ErrorKind.RAW_REFUSED
                    : ErrorKind.RAW_UNSAFE,
                String.valueOf(e.getMessage()));
          }
        });
  }

  /** Decodes the statement strictly: bytes that are not UTF-8 would become another statement. */
  private static String text(byte[] body) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException e) {
      throw new BadRequestException("body", "", "UTF-8");
    }
  }
}

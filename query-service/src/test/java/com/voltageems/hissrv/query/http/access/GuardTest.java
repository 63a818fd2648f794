package com.voltageems.hissrv.query.http.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.http.problem.ErrorKind;
import com.voltageems.hissrv.query.http.problem.RefusedException;
import com.voltageems.hissrv.query.setting.Tokens;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuardTest {
  private static final String READ = "read-read-read-read";
  private static final String WRITE = "write-write-write-write";

  private static Guard guard(String read, String write) {
    return new Guard(new QueryConfig.Access(Tokens.parse(read), Tokens.parse(write), false));
  }

  private static Caller caller(boolean here, @Nullable String token) {
    return new Caller(here, false, token);
  }

  private static ErrorKind refused(Guard guard, Access needed, Caller caller) {
    RefusedException refusal =
        catchThrowableOfType(RefusedException.class, () -> guard.check(needed, caller));
    assertThat(refusal.getMessage()).doesNotContain(READ, WRITE, "guessed");
    return refusal.kind();
  }

  /** Who passes: somebody here, elsewhere, with each token; by which tokens there are. */
  @ParameterizedTest
  @CsvSource({
    // read, write: needed, here, elsewhere, elsewhere with read, elsewhere with write
    "'','',OPEN,yes,yes,yes,yes",
    "'','',READ,yes,yes,yes,yes",
    "'','',SYNC,yes,yes,yes,yes",
    "'','',WRITE,yes,no,no,no",
    "r,'',OPEN,yes,yes,yes,yes",
    "r,'',READ,no,no,yes,no",
    "r,'',SYNC,no,no,yes,no",
    "r,'',WRITE,yes,no,no,no",
    "'',w,READ,yes,yes,yes,yes",
    "'',w,SYNC,no,no,no,yes",
    "'',w,WRITE,no,no,no,yes",
    "r,w,READ,no,no,yes,yes",
    "r,w,SYNC,no,no,no,yes",
    "r,w,WRITE,no,no,no,yes",
  })
  void passes(
      String read,
      String write,
      Access needed,
      String here,
      String elsewhere,
      String withRead,
      String withWrite) {
    Guard guard =
        guard(read.isEmpty() ? "" : READ, write.isEmpty() ? "" : "other-token-000000," + WRITE);
    List<Caller> callers =
        List.of(caller(true, null), caller(false, null), caller(false, READ), caller(false, WRITE));
    List<String> expected = List.of(here, elsewhere, withRead, withWrite);
    for (int i = 0; i < callers.size(); i++) {
      Caller caller = callers.get(i);
      if (expected.get(i).equals("yes")) {
        assertThatCode(() -> guard.check(needed, caller)).as("%d", i).doesNotThrowAnyException();
      } else {
        refused(guard, needed, caller);
      }
    }
  }

  @Test
  void whatIsMissing_isTold() {
    Guard both = guard(READ, WRITE);
    assertThat(refused(both, Access.READ, caller(true, null))).isEqualTo(ErrorKind.UNAUTHORIZED);
    assertThat(refused(both, Access.WRITE, caller(false, "guessed")))
        .isEqualTo(ErrorKind.UNAUTHORIZED);
    assertThat(refused(both, Access.WRITE, caller(false, READ))).isEqualTo(ErrorKind.FORBIDDEN);
    assertThat(refused(guard(READ, ""), Access.WRITE, caller(false, READ)))
        .isEqualTo(ErrorKind.FORBIDDEN);
    assertThat(refused(guard("", ""), Access.SYNC, new Caller(false, true, null)))
        .isEqualTo(ErrorKind.FORBIDDEN);
  }

  @Test
  void header_isReadAsItIsWritten() {
    assertThat(Caller.bearer("Bearer abc")).isEqualTo("abc");
    assertThat(Caller.bearer("bearer  a.b=")).isEqualTo("a.b=");
    assertThat(Caller.bearer("Basic abc")).isNull();
    assertThat(Caller.bearer("Bearer")).isNull();
    assertThat(Caller.bearer("Bearer a b")).isNull();
    assertThat(Caller.bearer(null)).isNull();
  }
}

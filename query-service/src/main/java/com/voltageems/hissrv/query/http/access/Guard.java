package com.voltageems.hissrv.query.http.access;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.http.problem.ErrorKind;
import com.voltageems.hissrv.query.http.problem.RefusedException;
import com.voltageems.hissrv.query.setting.Tokens;
import io.javalin.http.Context;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may call what: by tokens if there are any, and by where the caller is. A write token
 * also allows reading.
 */
public final class Guard {
  private static final String CHALLENGE = "Bearer realm=\"hissrv\"";

  private final Tokens read;
  private final Tokens write;

  public Guard(QueryConfig.Access access) {
    this.read = access.read();
    this.write = access.write();
  }

  /**
   * Checks whether the caller may make the call that was found for a request.
   *
   * @throws RefusedException if the caller may not
   */
  public void check(Context context) {
    check(needed(context), Caller.of(context));
  }

  /** Returns whether the caller may read, for calls that tell other callers less. */
  public boolean mayRead(Context context) {
    return mayRead(Caller.of(context));
  }

  private static Access needed(Context context) {
    return context.routeRoles().stream()
        .filter(Access.class::isInstance)
        .map(Access.class::cast)
        .findFirst()
        .orElseGet(
            () ->
                switch (context.method().name()) {
                  case "GET", "HEAD" -> Access.READ;
                  default -> Access.WRITE;
                });
  }

  void check(Access needed, Caller caller) {
    switch (needed) {
      case OPEN -> {}
      case READ -> toRead(caller);
      case SYNC -> {
        if (!write.isEmpty()) {
          toWrite(caller);
        } else if (caller.foreignPage()) {
          throw new RefusedException(ErrorKind.FORBIDDEN, "not allowed from pages of another site");
        } else {
          toRead(caller);
        }
      }
      case WRITE -> toWrite(caller);
    }
  }

  private boolean mayRead(Caller caller) {
    return read.isEmpty() || has(read, caller) || has(write, caller);
  }

  private void toRead(Caller caller) {
    if (!mayRead(caller)) {
      throw unauthorized("http.token.read", caller.token());
    }
  }

  private void toWrite(Caller caller) {
    // Not every proxy identifies itself as one: if there is a write token, every caller needs it.
    if (write.isEmpty() ? caller.here() : has(write, caller)) {
      return;
    }
    if (write.isEmpty()) {
      throw new RefusedException(
          ErrorKind.FORBIDDEN,
          "only for callers on this machine; http.token.write can allow others");
    }
    if (has(read, caller)) {
      throw new RefusedException(
          ErrorKind.FORBIDDEN,
          "this token may only read; this call needs one of http.token.write",
          CHALLENGE + ", error=\"insufficient_scope\"");
    }
    throw unauthorized("http.token.write", caller.token());
  }

  /** Creates the refusal. It repeats nothing of the caller's token. */
  private static RefusedException unauthorized(String setting, @Nullable String token) {
    String what = token == null ? "a token is needed" : "this token is not known here";
    return new RefusedException(
        ErrorKind.UNAUTHORIZED,
        what + ": Authorization: Bearer and one of " + setting,
        token == null ? CHALLENGE : CHALLENGE + ", error=\"invalid_token\"");
  }

  private static boolean has(Tokens tokens, Caller caller) {
    String token = caller.token();
    return token != null && tokens.has(token);
  }
}

package com.voltageems.hissrv.redis.source.link;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;

/**
 * Thrown if Redis does not have a command, or does not allow it to this user: repeating does not
 * help.
 */
public final class CommandRefusedException extends ConnectException {
  private static final long serialVersionUID = 1L;
  private final String where;
  private final String login;
  private final String reply;

  /**
   * Creates the exception for a command that Redis refused.
   *
   * @param redis settings that name the server and the settings of the login
   * @param command the command as it was sent
   * @param reply the error as Redis sent it
   */
  public CommandRefusedException(
      RedisSettings redis, Command command, String reply, @Nullable Throwable cause) {
    this(
        redis.where(),
        redis.names().username() + ", " + redis.names().password(),
        ErrorKind.isAboutKey(reply) ? command.described() : Bytes.text(command.name()),
        reply,
        cause);
  }

  private CommandRefusedException(
      String where, String login, String command, String reply, @Nullable Throwable cause) {
    super(message(where, login, command, ErrorKind.withoutArguments(reply)), cause);
    this.where = where;
    this.login = login;
    this.reply = reply;
  }

  private static String message(String where, String login, String command, String reply) {
    return ErrorKind.of(reply) == ErrorKind.UNKNOWN_COMMAND
        ? "Redis at "
            + where
            + " does not know the command "
            + command
            + ", which this source needs: it was renamed or switched off there (rename-command)"
            + ", or the server is not Redis 6.2 or newer. Its answer: "
            + reply
        : "Redis at "
            + where
            + " refused "
            + command
            + " (see "
            + login
            + " and the user's ACL): "
            + reply;
  }

  /** Returns whether Redis ran a script but refused a command that the script calls. */
  boolean isInScript() {
    return ErrorKind.isInScript(reply);
  }

  public String reply() {
    return reply;
  }

  /** Returns the same exception, but naming the command that the script called. */
  CommandRefusedException ofScript(String evaluating, String called) {
    return new CommandRefusedException(
        where, login, called + " in a script (" + evaluating + ")", reply, this);
  }
}

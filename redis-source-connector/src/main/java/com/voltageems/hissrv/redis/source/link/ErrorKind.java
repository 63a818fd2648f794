package com.voltageems.hissrv.redis.source.link;

import java.util.regex.Pattern;

/** What an error reply is about, and so what helps. Pure. */
public enum ErrorKind {
  /** This command on this key: nothing is wrong with Redis, the user or the connection. */
  COMMAND,

  /**
   * Redis does not take this command now, such as a write while it is a replica, full, or cannot
   * save: repeating helps once somebody has mended that. The connection is as good as before.
   */
  NOT_READY,

  /** Another server has to be asked: the connection leads to the wrong one. */
  MOVED,

  /** The user, the password or a permission: repeating does not help. */
  NOT_PERMITTED,

  /** The server has no such command, or an administrator has taken it away: as above. */
  UNKNOWN_COMMAND;

  /** Redis before 7.0 hides the code of a script's error in its text. */
  private static final Pattern NOT_READY_IN_SCRIPT =
      Pattern.compile(
          "ERR Error running script.* -(READONLY|OOM|MISCONF|NOREPLICAS|MASTERDOWN|CLUSTERDOWN) .*",
          Pattern.DOTALL);

  /** How Redis says of EXEC that it is EXEC itself that was refused. */
  private static final String ABORTED = "EXECABORT Transaction discarded because of: ";

  /** In every refusal for want of memory, a script's among them. */
  static final String FULL = "OOM command not allowed";

  /** Redis's own advice is at the end of a long text, which nobody may see. */
  private static final Pattern MISCONF =
      Pattern.compile("(MISCONF [^.]*\\.).*RDB.*", Pattern.DOTALL);

  public static ErrorKind of(String reply) {
    String message = reply.startsWith(ABORTED) ? reply.substring(ABORTED.length()) : reply;
    String code = message.substring(0, Math.max(message.indexOf(' '), 0));
    return switch (code) {
      case "LOADING",
          "BUSY",
          "READONLY",
          "MASTERDOWN",
          "TRYAGAIN",
          "OOM",
          "MISCONF",
          "NOREPLICAS",
          "UNKILLABLE" ->
          NOT_READY;
      case "MOVED", "CLUSTERDOWN" -> MOVED;
      case "NOAUTH", "WRONGPASS", "NOPERM" -> NOT_PERMITTED;
      default -> ofText(message);
    };
  }

  private static ErrorKind ofText(String message) {
    if (message.startsWith("ERR unknown command")
        || message.startsWith("ERR unknown subcommand")
        || message.contains("Unknown Redis command called from")) {
      return UNKNOWN_COMMAND;
    }
    // Redis 7.0 and later ones tell in different words, and without NOPERM.
    if (message.contains("The user executing the script can't")
        || message.contains("ACL failure in script")
        || message.startsWith("ERR AUTH")
        || message.startsWith("ERR invalid password")) {
      return NOT_PERMITTED;
    }
    return NOT_READY_IN_SCRIPT.matcher(message).matches() ? NOT_READY : COMMAND;
  }

  /** Whether a command inside a script was refused, and not the one that runs the script. */
  static boolean isInScript(String message) {
    return message.contains("Unknown Redis command called from")
        || message.contains("The user executing the script can't")
        || message.contains("ACL failure in script");
  }

  /** Whether the primary is another one by now, perhaps. */
  public static boolean isFromReplica(String message) {
    return message.contains("READONLY") || message.startsWith("MASTERDOWN");
  }

  /** A reply that somebody has to act on, with what helps. */
  public static String withAdvice(String message) {
    if (message.contains(FULL)) {
      return message + " Raise maxmemory, or take out of Redis what is not needed.";
    }
    return MISCONF
        .matcher(message)
        .replaceFirst(
            "$1 It takes writes again once it can save: see its log, the disk and the rights of its"
                + " folder (dir).");
  }

  /** Redis repeats the command's arguments, which are nobody's business. */
  public static String withoutArguments(String message) {
    int arguments = message.indexOf(", with args beginning with");
    return arguments < 0 ? message : message.substring(0, arguments);
  }
}

package com.voltageems.hissrv.redis.source.link;

import java.util.regex.Pattern;

/** Kind of an error reply: what the error is about, and so what helps. Pure. */
public enum ErrorKind {
  /**
   * The error concerns this command on this key only; Redis, the user and the connection are fine.
   */
  COMMAND,

  /**
   * Redis does not accept this command now, such as a write while it is a replica, has no memory
   * left, or cannot save. Repeating helps once somebody has fixed that. The connection stays
   * usable.
   */
  NOT_READY,

  /** Another server must be asked: this connection leads to the wrong one. */
  MOVED,

  /** The user, the password or a permission is wrong: repeating does not help. */
  NOT_PERMITTED,

  /**
   * The server does not have this command, or an administrator has disabled it: repeating does not
   * help.
   */
  UNKNOWN_COMMAND;

  /**
   * Redis before 7.0 hides the code of a script's error in its text; later ones put their own in
   * front of it where the script has caught the error and raised it again.
   */
  private static final Pattern NOT_READY_IN_SCRIPT =
      Pattern.compile(
          "ERR (Error running script.* -)?"
              + "(READONLY|OOM|MISCONF|NOREPLICAS|MASTERDOWN|CLUSTERDOWN) .*",
          Pattern.DOTALL);

  /** Beginning of the error if Redis refuses EXEC itself; the reason follows. */
  private static final String ABORTED = "EXECABORT Transaction discarded because of: ";

  /** Part of every refusal for lack of memory, also of a script's. */
  static final String FULL = "OOM command not allowed";

  /** In the words of Redis 6.2 and 7.0, and of later ones. */
  private static final Pattern FORBIDDEN_KEY =
      Pattern.compile("access (a key|(at least )?one of the keys)");

  /**
   * What Redis adds to a refusal within a script, before 7.0 in front of it, and later behind it.
   */
  private static final Pattern PLACE_IN_SCRIPT =
      Pattern.compile(
          "^(ERR )?Error running script[^@]*(@user_script: ?[0-9]+: )*-?|"
              + " script: [0-9a-f]+, on @user_script:[0-9]+\\.$");

  /**
   * Splits off the first sentence: Redis gives its own advice only at the end of a long text, where
   * readers may miss it.
   */
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
        || isUnknownInScript(message)) {
      return UNKNOWN_COMMAND;
    }
    // Redis 7.0 and later use different words, and no NOPERM.
    if (message.contains("The user executing the script can't")
        || message.contains("ACL failure in script")
        || message.startsWith("ERR AUTH")
        || message.startsWith("ERR invalid password")) {
      return NOT_PERMITTED;
    }
    return NOT_READY_IN_SCRIPT.matcher(message).matches() ? NOT_READY : COMMAND;
  }

  /**
   * Returns whether Redis refused a command inside a script, and not the command that runs the
   * script.
   */
  static boolean isInScript(String message) {
    return isUnknownInScript(message)
        || message.contains("The user executing the script can't")
        || message.contains("ACL failure in script");
  }

  /** Returns whether the user may run the command, but not on this key. */
  static boolean isAboutKey(String message) {
    return FORBIDDEN_KEY.matcher(message).find();
  }

  /** Valkey leaves out its name. */
  private static boolean isUnknownInScript(String message) {
    return message.contains("Unknown Redis command called from")
        || message.contains("Unknown command called from");
  }

  /** Returns whether the error suggests that another server has become the primary. */
  public static boolean isFromReplica(String message) {
    return message.contains("READONLY") || message.startsWith("MASTERDOWN");
  }

  /**
   * Returns an error that somebody has to act on, with advice on what helps, and without the place
   * in a script, which differs from command to command.
   */
  public static String withAdvice(String reply) {
    String message = PLACE_IN_SCRIPT.matcher(reply).replaceAll("");
    if (message.contains(FULL)) {
      return message + " Raise maxmemory, or take out of Redis what is not needed.";
    }
    return MISCONF
        .matcher(message)
        .replaceFirst(
            "$1 It takes writes again once it can save: see its log, the disk and the rights of its"
                + " folder (dir).");
  }

  /**
   * Removes the command's arguments, which Redis repeats but which do not belong in our messages.
   */
  public static String withoutArguments(String message) {
    int arguments = message.indexOf(", with args beginning with");
    return arguments < 0 ? message : message.substring(0, arguments);
  }
}

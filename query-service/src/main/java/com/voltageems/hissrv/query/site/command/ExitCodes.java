package com.voltageems.hissrv.query.site.command;

/** Exit codes of the sub-commands, for scripts. */
final class ExitCodes {
  static final int DONE = 0;

  /** Connect does not answer, or a file or the output cannot be written. */
  static final int UNREACHABLE = 1;

  /** The file or an option cannot be used; nothing was sent. */
  static final int BAD_FILE = 2;

  /** A worker lacks the plugin, or the plugin refuses a setting; nothing was changed. */
  static final int REFUSED = 3;

  /** Submitted, but a connector or task does not run. */
  static final int NOT_RUNNING = 4;

  /** {@code plan --exit-code}: applying would change something. */
  static final int DIFFERENT = 5;

  /** A connector that was not created from this file is in the way; nothing was changed. */
  static final int FOREIGN = 6;

  private ExitCodes() {}
}

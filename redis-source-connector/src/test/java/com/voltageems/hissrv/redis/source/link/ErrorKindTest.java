package com.voltageems.hissrv.redis.source.link;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The error replies of Redis 7.0, word for word. */
class ErrorKindTest {
  @Test
  void whatSomebodyHasToMend_isToldWithWhatHelps_inOneGlance() {
    String unsaved =
        ErrorKind.withAdvice(
            "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to"
                + " persist to disk. Commands that may modify the data set are disabled, because"
                + " this instance is configured to report errors during writes if RDB snapshotting"
                + " fails (stop-writes-on-bgsave-error option). Please check the Redis logs for"
                + " details about the RDB error.");
    assertThat(unsaved)
        .startsWith("MISCONF Redis is configured to save RDB snapshots, but it's currently unable")
        .endsWith("see its log, the disk and the rights of its folder (dir).")
        .as("a status record has 300 characters, with the server's address")
        .hasSizeLessThan(240);
    assertThat(ErrorKind.withAdvice("OOM command not allowed when used memory > 'maxmemory'."))
        .isEqualTo(
            "OOM command not allowed when used memory > 'maxmemory'. Raise maxmemory, or take out"
                + " of Redis what is not needed.");
  }

  /** The words of Redis 6.2, and of later ones. */
  @Test
  void placeInAScript_isLeftOut() {
    String full = "OOM command not allowed when used memory > 'maxmemory'.";
    for (String reply :
        new String[] {
          full + " script: 93008b64, on @user_script:1239.",
          "ERR Error running script (call to f_1f): @user_script:12: @user_script: 12: -" + full,
        }) {
      assertThat(ErrorKind.withAdvice(reply)).isEqualTo(ErrorKind.withAdvice(full));
    }
  }

  @Test
  void otherReplies_areToldAsTheyAre() {
    for (String reply :
        new String[] {
          "READONLY You can't write against a read only replica.",
          "LOADING Redis is loading the dataset in memory",
          "MISCONF Errors writing to the AOF file: No space left on device"
        }) {
      assertThat(ErrorKind.withAdvice(reply)).isEqualTo(reply);
    }
  }

  /** A script that catches an error and raises it again: Redis 7.0 puts its own code in front. */
  @Test
  void refusedWritesOfAScript_areNotReady_whateverStandsInFront() {
    for (String code : new String[] {"NOREPLICAS", "OOM", "READONLY", "MISCONF", "MASTERDOWN"}) {
      String reply = code + " Not now. script: 93008b64, on @user_script:1239.";
      assertThat(ErrorKind.of(reply)).isEqualTo(ErrorKind.NOT_READY);
      assertThat(ErrorKind.of("ERR " + reply)).isEqualTo(ErrorKind.NOT_READY);
      assertThat(ErrorKind.of("ERR Error running script (call to f_1): @user_script:1: -" + reply))
          .isEqualTo(ErrorKind.NOT_READY);
    }
    assertThat(ErrorKind.of("ERR hissrv: OOM is no window")).isEqualTo(ErrorKind.COMMAND);
  }

  /** The words of Redis 6.2, Redis 7 and 8, and Valkey. */
  @Test
  void refusedWithinAScript() {
    for (String unknown :
        new String[] {
          "ERR Error running script (call to f_1): @user_script:59: @user_script: 59: Unknown Redis"
              + " command called from Lua script",
          "ERR Unknown Redis command called from script script: 1f, on @user_script:59.",
          "ERR Unknown command called from script script: on @user_script:59."
        }) {
      assertThat(ErrorKind.of(unknown)).isEqualTo(ErrorKind.UNKNOWN_COMMAND);
      assertThat(ErrorKind.isInScript(unknown)).isTrue();
    }
    for (String forbidden :
        new String[] {
          "ERR The user executing the script can't run this command or subcommand script: 1f, on"
              + " @user_script:1.",
          "ERR ACL failure in script: User u has no permissions to run the 'hset' command script:"
              + " on @user_script:1."
        }) {
      assertThat(ErrorKind.of(forbidden)).isEqualTo(ErrorKind.NOT_PERMITTED);
      assertThat(ErrorKind.isInScript(forbidden)).isTrue();
    }
  }
}

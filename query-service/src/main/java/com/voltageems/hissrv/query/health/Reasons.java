package com.voltageems.hissrv.query.health;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Explains in plain words why a task failed: finds the message of a stack trace that says most.
 * Pure.
 */
public final class Reasons {
  /**
   * Class names before a message. There may be several, because an exception's message is often its
   * cause's text.
   */
  private static final Pattern CLASSES =
      Pattern.compile("^(?:Caused by: )?(?:(?:[a-z]\\w*\\.)+[A-Z]\\w*(?:\\$\\w+)*: )+");

  private static final Pattern BARE =
      Pattern.compile("^(?:Caused by: )?((?:[a-z]\\w*\\.)+)([A-Z]\\w*)$");

  /** Messages that Connect and Kafka put around many failures, without saying why. */
  private static final List<String> HOLLOW =
      List.of(
          "Exiting WorkerSinkTask due to",
          "Tolerance exceeded in error handler",
          "Unrecoverable exception from producer send callback",
          "Failed to flush offsets and/or records for task",
          "Failed to process post-handshake messages",
          "SSL handshake failed");

  private static final String REFUSED_LOGIN = "common.errors.SaslAuthenticationException";
  private static final String FAILED_TLS = "common.errors.SslAuthenticationException";

  private static final String SEE_SASL =
      "; Kafka refuses the login of the task's client: see sasl.* in the worker's properties, with"
          + " the prefixes producer., consumer. and admin., or those of the connector"
          + " (producer.override.*, consumer.override.*)";

  private static final String SEE_SSL =
      "; TLS from the task's client to Kafka fails: see ssl.* in the worker's properties, with the"
          + " prefixes producer., consumer. and admin., or those of the connector"
          + " (producer.override.*, consumer.override.*)";

  /** A broker refuses a record; only the worker's log names its topic. */
  private static final String TOO_LARGE =
      "The request included a message larger than the max message size the server will accept.";

  /** The place where Connect waits for a dead letter. */
  private static final String DEAD_LETTER = "WorkerErrantRecordReporter";

  /** The place where Connect itself fails at a rebalance; that trace has no message. */
  private static final String CLEARED_OFFSETS = "SinkTaskMetricsGroup.clearOffsets";

  private Reasons() {}

  /** Returns whether a task failed because a broker takes no record of that size. */
  static boolean isTooLarge(String trace) {
    return trace.contains(TOO_LARGE);
  }

  /** Returns one line, without secrets. */
  public static String of(String trace) {
    String best = "";
    for (String line : trace.lines().toList()) {
      boolean cause = line.startsWith("Caused by: ");
      if (!cause && !best.isEmpty()) {
        continue;
      }
      String message = plain(line);
      if (best.isEmpty() || HOLLOW.stream().anyMatch(best::startsWith)) {
        best = message;
      }
    }
    return Redaction.text(best + advice(best, trace));
  }

  /** Returns advice if the words are Kafka's own and contain none. */
  private static String advice(String best, String trace) {
    if (best.equals(TOO_LARGE) && trace.contains(DEAD_LETTER)) {
      return " Raise max.message.bytes of the sink's dead-letter topic"
          + " (errors.deadletterqueue.topic.name), then restart the task";
    }
    if (best.equals(TOO_LARGE)) {
      return " Raise max.message.bytes of the topic that the worker's log names, then restart the"
          + " task: the record is sent again. If it cannot be raised, lower the source's"
          + " value.max.bytes and record.max.bytes";
    }
    if (trace.contains(REFUSED_LOGIN)) {
      return SEE_SASL;
    }
    if (trace.contains(FAILED_TLS)) {
      return SEE_SSL;
    }
    return best.equals("UnsupportedOperationException") && trace.contains(CLEARED_OFFSETS)
        ? ": Kafka Connect's sink tasks fail at a rebalance with group.protocol=consumer; set"
            + " consumer.group.protocol=classic on the workers, then restart the task"
        : "";
  }

  /**
   * Explains why a call failed, also if the JDK's exception has no message, as with a failed
   * connection.
   */
  public static String of(IOException failure) {
    String words = failure.getMessage();
    if (words != null) {
      return Redaction.oneLine(words);
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException) {
        return "the host is not known";
      }
    }
    return failure instanceof ConnectException
        ? "Connection refused"
        : failure.getClass().getSimpleName();
  }

  /** Returns advice for a paused or stopped connector; empty for other states. */
  public static String byHand(String connector, String state) {
    return List.of("PAUSED", "STOPPED").contains(state)
        ? "; PUT /connectors/" + connector + "/resume of Connect lets it go on"
        : "";
  }

  private static String plain(String line) {
    String message = CLASSES.matcher(line).replaceFirst("");
    return BARE.matcher(message).replaceFirst("$2");
  }
}

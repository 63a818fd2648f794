package com.voltageems.hissrv.query.health;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;
import java.util.regex.Pattern;

/** Why a task failed, in plain words: the message of a stack trace that says most. Pure. */
public final class Reasons {
  /** In front of a message there may be several: an exception's message is often its cause. */
  private static final Pattern CLASSES =
      Pattern.compile("^(?:Caused by: )?(?:(?:[a-z]\\w*\\.)+[A-Z]\\w*(?:\\$\\w+)*: )+");

  private static final Pattern BARE =
      Pattern.compile("^(?:Caused by: )?((?:[a-z]\\w*\\.)+)([A-Z]\\w*)$");

  /** What Connect says of every failure. */
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

  /** Of a record that a broker does not take: whose topic's, only the worker's log tells. */
  private static final String TOO_LARGE =
      "The request included a message larger than the max message size the server will accept.";

  /** Where Connect itself fails at a rebalance; the trace has no message. */
  private static final String CLEARED_OFFSETS = "SinkTaskMetricsGroup.clearOffsets";

  private Reasons() {}

  /** One line, without secrets. */
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

  /** What helps, where the words are Kafka's own and do not say it. */
  private static String advice(String best, String trace) {
    if (best.equals(TOO_LARGE)) {
      return " Raise max.message.bytes of the topic that the worker's log names, then restart the"
          + " task: the record is sent again";
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

  /** Why a call failed: Java says nothing of a connection that could not be made. */
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

  /** What helps a connector that somebody paused or stopped; nothing for the others. */
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

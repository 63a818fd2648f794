package com.voltageems.hissrv.redis.source.jedis;

import com.voltageems.hissrv.plugin.tls.TlsFailure;
import com.voltageems.hissrv.redis.source.jedis.JedisNodes.SentinelAnswer;
import com.voltageems.hissrv.redis.source.link.ErrorKind;
import com.voltageems.hissrv.redis.source.link.RedisSettings;
import com.voltageems.hissrv.redis.source.link.RedisTls;
import com.voltageems.hissrv.redis.source.link.RedisUnavailableException;
import com.voltageems.hissrv.redis.source.link.SentinelLoginException;
import com.voltageems.hissrv.redis.source.link.SentinelRefusalException;
import com.voltageems.hissrv.redis.source.link.SettingNames;
import com.voltageems.hissrv.redis.source.link.UnknownPrimaryException;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisProtocolNotSupportedException;

/** Describes in plain words why no connection was made; the client's own messages often do not. */
final class ConnectFailure {
  /** The client's words, before the first character of an answer that it does not know. */
  private static final String FOREIGN = "Unknown reply: ";

  /** Jedis's message if the server has closed the connection. */
  private static final String CLOSED = "Unexpected end of stream";

  /** What Jedis puts in front of an error that a subscription receives. */
  private static final String UNEXPECTED = "Unexpected message : *";

  private ConnectFailure() {}

  /** Returns the exception to throw: a refusal, which repeating does not change, or an outage. */
  static RuntimeException of(JedisException e, RedisSettings settings) {
    if (e instanceof SentinelAnswer answer) {
      return ofSentinel(answer, settings.names());
    }
    String message = ErrorKind.withoutArguments(String.valueOf(e.getMessage()));
    String where = "Redis at " + settings.where();
    if (isUnknownCommand(e)) {
      return new ConnectException(
          where
              + " does not know a command that is needed to connect: it was renamed or switched off"
              + " there (rename-command). Its answer: "
              + message,
          e);
    }
    if (isRefusal(e)) {
      return new ConnectException(
          where
              + " refused the login (see "
              + settings.names().username()
              + " and "
              + settings.names().password()
              + "): "
              + message,
          e);
    }
    return new RedisUnavailableException(
        "cannot connect to " + where + ": " + describe(e, settings), e);
  }

  private static RuntimeException ofSentinel(SentinelAnswer answer, SettingNames names) {
    if (answer.kind == SentinelAnswer.Kind.UNKNOWN_NAME) {
      return new UnknownPrimaryException(
          answer.getMessage() + " (see " + names.sentinelMaster() + ")", answer);
    }
    String refusal =
        answer.getMessage()
            + " (see "
            + names.sentinelUsername()
            + " and "
            + names.sentinelPassword()
            + "): "
            + rootMessage(answer);
    return answer.kind == SentinelAnswer.Kind.REFUSED_BY_ALL
        ? new SentinelLoginException(refusal, answer)
        : new SentinelRefusalException(refusal, answer);
  }

  /**
   * Returns whether the user, the password or a permission was refused; repeating does not help
   * then.
   */
  static boolean isRefusal(JedisException e) {
    return e instanceof JedisDataException
        && ErrorKind.of(String.valueOf(e.getMessage())) == ErrorKind.NOT_PERMITTED;
  }

  static boolean isUnknownCommand(JedisException e) {
    // Jedis throws the first of these if Redis does not know HELLO, the first command.
    return e instanceof JedisProtocolNotSupportedException
        || (e instanceof JedisDataException
            && ErrorKind.of(String.valueOf(e.getMessage())) == ErrorKind.UNKNOWN_COMMAND);
  }

  /** Describes why a request on an existing connection has failed. */
  static String ofExchange(JedisException e, RedisSettings settings) {
    String silence = silence(e, settings);
    if (silence != null) {
      return silence;
    }
    String message = String.valueOf(e.getMessage());
    return message.startsWith(CLOSED)
        ? "it closed the connection; if it does so each time, see its log: it may be a limit for"
            + " clients (client-output-buffer-limit normal, maxmemory-clients)"
        : message.replaceFirst("^" + UNEXPECTED, "");
  }

  /** Returns whether the server has not answered in time. */
  static boolean isSilence(Throwable failure) {
    SocketTimeoutException timeout = cause(failure, SocketTimeoutException.class);
    return timeout != null && String.valueOf(timeout.getMessage()).startsWith("Read");
  }

  private static @Nullable String silence(Throwable failure, RedisSettings settings) {
    return isSilence(failure)
        ? "no answer within "
            + settings.timeout().toMillis()
            + " ms ("
            + settings.names().timeout()
            + "): it is slow, paused, or hangs"
        : null;
  }

  static String describe(Throwable failure, RedisSettings settings) {
    String silence = silence(failure, settings);
    if (silence != null) {
      return silence;
    }
    UnknownHostException unknown = cause(failure, UnknownHostException.class);
    if (unknown != null) {
      // The platform adds its own words after the name.
      return "unknown host " + String.valueOf(unknown.getMessage()).replaceFirst(": .*", "");
    }
    RedisTls encryption = settings.tls();
    if (encryption != null && cause(failure, CertificateException.class) != null) {
      return TlsFailure.describe(failure, encryption.names(), encryption.tls())
          .map(TlsFailure.Found::reason)
          .orElse(String.valueOf(failure.getMessage()));
    }
    String message = String.valueOf(failure.getMessage());
    if (message.startsWith(FOREIGN)) {
      return foreign(message.substring(FOREIGN.length()));
    }
    String root = rootMessage(failure);
    String whole = message.contains(root) ? message : message + " " + root;
    boolean brokenOff =
        cause(failure, SSLException.class) != null || cause(failure, SocketException.class) != null;
    boolean notReached =
        cause(failure, java.net.ConnectException.class) != null
            || cause(failure, SocketTimeoutException.class) != null;
    // Redis closes the connection to a client whose certificate is missing or not accepted, and
    // only then reports why.
    if (encryption == null || !brokenOff || notReached) {
      return whole;
    }
    return encryption.tls().hasClientCertificate()
        ? encryption
            .files()
            .outdated(WorkerClock.system().instant())
            .map(reason -> whole + "; " + reason)
            .orElse(whole)
        : whole
            + "; if the server asks for a client's certificate (tls-auth-clients), set "
            + encryption.names().clientName();
  }

  /**
   * Describes an answer that no Redis gives: that of a web server, or of one that expects TLS.
   *
   * @param beginning the answer's first character
   */
  private static String foreign(String beginning) {
    boolean readable =
        !beginning.isEmpty() && beginning.charAt(0) > ' ' && beginning.charAt(0) < 127;
    return "what answers there is not Redis, or expects TLS"
        + (readable ? " (its answer begins with \"" + beginning + "\")" : "")
        + ": check the port";
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    for (int i = 0; i < 20 && root.getCause() != null; i++) {
      root = root.getCause();
    }
    // If a name has several addresses, the client adds why each of them failed as suppressed
    // exceptions.
    if (root.getSuppressed().length > 0) {
      root = root.getSuppressed()[0];
    }
    return String.valueOf(root.getMessage());
  }

  private static <T extends Throwable> @Nullable T cause(Throwable failure, Class<T> type) {
    Throwable each = failure;
    for (int i = 0; i < 20 && each != null; i++) {
      if (type.isInstance(each)) {
        return type.cast(each);
      }
      each = each.getCause();
    }
    return null;
  }
}

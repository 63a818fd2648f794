package com.voltageems.hissrv.redis.source.jedis;

import com.voltageems.hissrv.redis.source.link.RedisSettings;
import com.voltageems.hissrv.redis.source.link.SettingNames;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says in plain words why no connection came about; the client's own words often do not. */
final class ConnectFailure {
  private ConnectFailure() {}

  static String describe(Throwable failure, RedisSettings settings) {
    UnknownHostException unknown = cause(failure, UnknownHostException.class);
    if (unknown != null) {
      // The platform adds words of its own behind the name.
      return "unknown host " + String.valueOf(unknown.getMessage()).replaceFirst(": .*", "");
    }
    if (cause(failure, CertPathBuilderException.class) != null) {
      return "the server's certificate is not trusted; "
          + SettingNames.TLS_TRUSTSTORE
          + " names the file with those to trust";
    }
    String message = String.valueOf(failure.getMessage());
    String root = rootMessage(failure);
    String whole = message.contains(root) ? message : message + " " + root;
    boolean brokenOff =
        cause(failure, SSLException.class) != null || cause(failure, SocketException.class) != null;
    boolean notReached =
        cause(failure, java.net.ConnectException.class) != null
            || cause(failure, SocketTimeoutException.class) != null;
    // Redis closes the connection on a client without a certificate, and only then tells why.
    return settings.tls() && settings.keystore() == null && brokenOff && !notReached
        ? whole
            + "; if the server asks for a client's certificate (tls-auth-clients), set "
            + SettingNames.TLS_KEYSTORE
        : whole;
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    for (int i = 0; i < 20 && root.getCause() != null; i++) {
      root = root.getCause();
    }
    // Where a name has several addresses, the client hangs on why each of them failed.
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

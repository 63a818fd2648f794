package com.voltageems.hissrv.plugin.tls;

import java.io.EOFException;
import java.net.SocketException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** Explains in plain words why a TLS connection failed, with the setting to look at. */
public final class TlsFailure {
  private static final int DEEPEST = 20;

  /** Alerts that a server sends about the client's certificate, or about a missing one. */
  private static final Pattern ABOUT_CLIENT =
      Pattern.compile(
          "alert: (?:certificate_required|bad_certificate|certificate_unknown"
              + "|certificate_expired|unknown_ca|access_denied|handshake_failure)");

  private TlsFailure() {}

  /**
   * Why the connection failed.
   *
   * @param setting the setting to look at; null if no TLS setting would help
   */
  public record Found(@Nullable String setting, String reason) {}

  /**
   * Returns the reason if the failure is about TLS.
   *
   * @param names the settings to name
   * @param tls what the client uses; null if it does not use TLS
   */
  public static Optional<Found> describe(Throwable failure, TlsSettings names, @Nullable Tls tls) {
    if (tls == null) {
      return Optional.empty();
    }
    return ofServer(failure, names).or(() -> ofClient(failure, names, tls));
  }

  private static Optional<Found> ofServer(Throwable failure, TlsSettings names) {
    if (cause(failure, CertificateExpiredException.class) != null) {
      return Optional.of(
          new Found(null, "the server's certificate, or one of its chain, has expired"));
    }
    if (cause(failure, CertificateNotYetValidException.class) != null) {
      return Optional.of(
          new Found(null, "the server's certificate, or one of its chain, is not valid yet"));
    }
    // CertPathValidatorException occurs when a trusted certificate has the same name but another
    // key.
    if (cause(failure, CertPathBuilderException.class) != null
        || cause(failure, CertPathValidatorException.class) != null) {
      return Optional.of(
          new Found(
              names.trustName(),
              "the server\'s certificate is not trusted; "
                  + names.trustName()
                  + " names the file with those to trust"));
    }
    Optional<String> otherHost = otherHost(failure);
    if (otherHost.isPresent()) {
      return Optional.of(
          new Found(
              names.hostCheckName(),
              otherHost.get() + " (" + names.hostCheckOff() + " would switch this check off)"));
    }
    if (String.valueOf(failure.getMessage()).contains("Unsupported or unrecognized SSL message")) {
      return Optional.of(new Found(null, "the server does not speak TLS at this address and port"));
    }
    return Optional.empty();
  }

  /**
   * Returns what is wrong with the hosts that the certificate names. Recognizes the messages of
   * OkHttp and of the JDK.
   */
  private static Optional<String> otherHost(Throwable failure) {
    SSLPeerUnverifiedException unverified = cause(failure, SSLPeerUnverifiedException.class);
    CertificateException certificate = cause(failure, CertificateException.class);
    String okHttp = unverified == null ? "" : String.valueOf(unverified.getMessage());
    String jdk = certificate == null ? "" : String.valueOf(certificate.getMessage());
    if (okHttp.contains("subjectAltNames: []") || jdk.contains("alternative names present")) {
      return Optional.of(
          "the server's certificate has no subjectAltName, which has to name the host of the"
              + " address; a common name (CN) alone does not count");
    }
    return unverified != null || jdk.contains("matching")
        ? Optional.of(
            "the server's certificate is for another host; the address has to name a host of the"
                + " certificate")
        : Optional.empty();
  }

  private static Optional<Found> ofClient(Throwable failure, TlsSettings names, Tls tls) {
    String message = String.valueOf(failure.getMessage());
    if (ABOUT_CLIENT.matcher(message).find()) {
      return Optional.of(
          new Found(
              names.clientName(),
              tls.hasClientCertificate()
                  ? "the server does not accept the client certificate of "
                      + names.clientName()
                      + ": "
                      + message
                  : "the server asks for a client certificate: set "
                      + names.clientName()
                      + " ("
                      + message
                      + ")"));
    }
    boolean brokenOff =
        cause(failure, SSLException.class) != null
            || cause(failure, EOFException.class) != null
            || isBrokenOff(cause(failure, SocketException.class));
    if (!brokenOff) {
      return Optional.empty();
    }
    // A server may close the connection before the client has read the alert.
    return Optional.of(
        new Found(
            names.clientName(),
            message
                + (tls.hasClientCertificate()
                    ? "; perhaps the server does not accept the client certificate of "
                    : "; if the server asks for a client certificate, set ")
                + names.clientName()));
  }

  private static boolean isBrokenOff(@Nullable SocketException failure) {
    String message = failure == null ? "" : String.valueOf(failure.getMessage());
    return message.contains("Broken pipe") || message.contains("Connection reset");
  }

  private static <T extends Throwable> @Nullable T cause(Throwable failure, Class<T> type) {
    Throwable each = failure;
    for (int i = 0; i < DEEPEST && each != null; i++) {
      if (type.isInstance(each)) {
        return type.cast(each);
      }
      each = each.getCause();
    }
    return null;
  }
}

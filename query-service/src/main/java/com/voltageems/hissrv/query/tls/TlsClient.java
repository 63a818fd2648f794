package com.voltageems.hissrv.query.tls;

import com.voltageems.hissrv.plugin.tls.Tls;
import com.voltageems.hissrv.plugin.tls.TlsException;
import com.voltageems.hissrv.plugin.tls.TlsFailure;
import com.voltageems.hissrv.plugin.tls.TlsSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client with a site's certificates, created again when their files change, because certificates
 * are renewed while the service runs. If files cannot be used, for example while they are being
 * written, the client stays unchanged. Thread-safe.
 *
 * @param <T> the client
 */
public final class TlsClient<T> {
  private static final Logger LOG = LoggerFactory.getLogger(TlsClient.class);

  private final TlsSettings names;
  private final Map<String, String> texts;
  private final Function<Tls, T> make;
  private final InstantSource clock;
  private volatile @Nullable Made<T> made;

  /**
   * @param state the state of the files when the client was created
   */
  private record Made<T>(String state, Tls tls, T client) {}

  TlsClient(
      TlsSettings names, Map<String, String> texts, Function<Tls, T> make, InstantSource clock) {
    this.names = names;
    this.texts = Map.copyOf(texts);
    this.make = make;
    this.clock = clock;
  }

  /**
   * Returns the client with the present certificates.
   *
   * @throws TlsException if the files cannot be used and there is no earlier client
   */
  public T get() {
    Made<T> now = made;
    String state = state();
    return now != null && now.state.equals(state) ? now.client : again(state);
  }

  /** Returns the existing client, if any; creates none. */
  public Optional<T> current() {
    return Optional.ofNullable(made).map(Made::client);
  }

  private synchronized T again(String state) {
    Made<T> before = made;
    if (before != null && before.state.equals(state)) {
      return before.client;
    }
    Made<T> next;
    try {
      Tls tls = names.open(texts, null);
      next = new Made<>(state, tls, make.apply(tls));
      if (before != null) {
        LOG.info("Certificates have changed and are read again: {}", state);
      }
    } catch (TlsException e) {
      if (before == null) {
        throw e;
      }
      LOG.warn("{}; the certificates that were read before stay", e.getMessage());
      next = new Made<>(state, before.tls, before.client);
    }
    made = next;
    return next.client;
  }

  private String state() {
    return state(
        Stream.of(names.trustName(), names.clientName())
            .map(file -> texts.getOrDefault(file, "").strip())
            .toList());
  }

  /**
   * Returns names, times and sizes of files.
   *
   * @param paths empty paths are ignored
   */
  static String state(List<String> paths) {
    StringBuilder state = new StringBuilder();
    for (String path : paths) {
      if (!path.isEmpty()) {
        state.append(state.isEmpty() ? "" : ", ").append(path).append(' ').append(written(path));
      }
    }
    return state.toString();
  }

  private static String written(String path) {
    try {
      BasicFileAttributes found = Files.readAttributes(Path.of(path), BasicFileAttributes.class);
      return found.lastModifiedTime() + " " + found.size() + " B";
    } catch (IOException e) {
      return "missing";
    }
  }

  /** Explains why a call of the client failed; empty if TLS was not the reason. */
  public Optional<String> reason(Throwable failure) {
    if (failure instanceof TlsException bad) {
      return Optional.of(String.valueOf(bad.getMessage()));
    }
    Made<T> now = made;
    return now == null
        ? Optional.empty()
        : TlsReason.of(failure, names, texts, now.tls).map(found -> outdated(found, now.tls));
  }

  /** Replaces the reason if the client's certificate has expired: servers seldom say so. */
  private String outdated(TlsFailure.Found found, Tls tls) {
    if (tls.hasClientCertificate() && names.clientName().equals(found.setting())) {
      try {
        Tls unused = names.open(texts, clock.instant());
      } catch (TlsException e) {
        return TlsReason.withFile(
                new TlsFailure.Found(e.setting(), String.valueOf(e.getMessage())), texts)
            .reason();
      }
    }
    return found.reason();
  }
}

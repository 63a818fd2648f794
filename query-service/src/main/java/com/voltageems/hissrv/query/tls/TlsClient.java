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
 * A client with a site's certificates, made anew when their files change: certificates are renewed
 * while the service runs. Files that cannot be used while they are written leave the client as it
 * is. Safe for many threads.
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
   * @param state of the files, as they were when it was made
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
   * The client with the certificates of now.
   *
   * @throws TlsException when the files cannot be used and there is no client of before
   */
  public T get() {
    Made<T> now = made;
    String state = state();
    return now != null && now.state.equals(state) ? now.client : again(state);
  }

  /** The client that is there by now; none is made. */
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
   * Names, times and lengths of files.
   *
   * @param paths empty ones are none
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

  /** Why a call of the client failed, where it was TLS. */
  public Optional<String> reason(Throwable failure) {
    if (failure instanceof TlsException bad) {
      return Optional.of(String.valueOf(bad.getMessage()));
    }
    Made<T> now = made;
    return now == null
        ? Optional.empty()
        : TlsReason.of(failure, names, texts, now.tls).map(found -> outdated(found, now.tls));
  }

  /** Servers seldom say that a client's certificate has run out. */
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

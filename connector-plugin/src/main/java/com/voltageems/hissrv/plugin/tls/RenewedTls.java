package com.voltageems.hissrv.plugin.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.config.AbstractConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of a client whose files are read again once they have changed, because certificates are
 * renewed while the client runs. Files that cannot be used, such as ones that are being written,
 * change nothing. Thread-safe.
 */
public final class RenewedTls {
  private static final Logger LOG = LoggerFactory.getLogger(RenewedTls.class);

  private final TlsSettings names;
  private final AbstractConfig config;
  private final List<String> files;
  private String state;
  private Tls tls;

  /**
   * Reads the files and texts.
   *
   * @throws TlsException if one of them is not right
   */
  public RenewedTls(TlsSettings names, AbstractConfig config) {
    this.names = names;
    this.config = config;
    this.files =
        names.filesIn(config).stream()
            .map(file -> String.valueOf(config.values().get(file.name())))
            .toList();
    this.state = state();
    this.tls = names.open(config, null);
  }

  /** Returns TLS with the files as they are now. */
  public synchronized Tls get() {
    String now = state();
    if (!now.equals(state)) {
      state = now;
      try {
        tls = names.open(config, null);
        LOG.info("Certificates have changed and are read again: {}", now);
      } catch (TlsException e) {
        LOG.warn("{}; the certificates that were read before stay", e.getMessage());
      }
    }
    return tls;
  }

  /** Returns that the client's certificate is not valid at this time, if so. */
  public Optional<String> outdated(Instant now) {
    try {
      names.checkClient(config, now);
      return Optional.empty();
    } catch (TlsException e) {
      return Optional.of(e.setting() + " " + e.problem());
    }
  }

  private String state() {
    StringBuilder all = new StringBuilder();
    for (String file : files) {
      all.append(all.isEmpty() ? "" : ", ").append(file).append(' ').append(written(file));
    }
    return all.toString();
  }

  private static String written(String file) {
    try {
      BasicFileAttributes found = Files.readAttributes(Path.of(file), BasicFileAttributes.class);
      return found.lastModifiedTime() + " " + found.size() + " B";
    } catch (IOException e) {
      return "missing";
    }
  }
}

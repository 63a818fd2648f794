package com.voltageems.hissrv.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A real redis-server on a free loopback port: the program named by {@code HISSRV_REDIS_SERVER},
 * otherwise the one on the PATH, otherwise the 6.2 binary of the embedded-redis artifact. Data
 * stays in the server's folder: with append-only on, {@link #restart()} finds it again.
 */
public final class RedisServer extends LocalServer {
  private final Path dir;
  private final int port;
  private final List<String> command;
  private final Map<String, String> env;

  private RedisServer(Path dir, int port, List<String> command, Map<String, String> env) {
    super(
        Duration.ofMinutes(
            3)); // longer than an empty server needs: it may have to read an append-only file
    this.dir = dir;
    this.port = port;
    this.command = command;
    this.env = env;
  }

  /** Starts a server on a free port, without persistence unless {@code options} say otherwise. */
  public static RedisServer start(Path dir, String... options) {
    return start(dir, Map.of(), options);
  }

  /**
   * Does the same as {@link #start(Path, String...)}, with more environment variables: see {@link
   * ProcessClock}.
   */
  public static RedisServer start(Path dir, Map<String, String> env, String... options) {
    return start(findBinary(dir), dir, env, options);
  }

  /**
   * Starts the 6.2 binary of the embedded-redis artifact, even if there is another one on the PATH.
   */
  public static RedisServer startEmbedded(Path dir, String... options) {
    return start(extractBinary(dir), dir, Map.of(), options);
  }

  /** Returns whether a redis-server other than the embedded one is available. */
  public static boolean isInstalled() {
    return System.getenv("HISSRV_REDIS_SERVER") != null || onPath("redis-server").isPresent();
  }

  private static RedisServer start(
      Path binary, Path dir, Map<String, String> env, String... options) {
    int port = Ports.free();
    List<String> command =
        new ArrayList<>(
            List.of(
                binary.toString(),
                "--bind",
                "127.0.0.1",
                "--port",
                String.valueOf(port),
                "--dir",
                dir.toAbsolutePath().toString(),
                "--save",
                "",
                "--loglevel",
                "notice"));
    command.addAll(Arrays.asList(options));
    RedisServer server = new RedisServer(dir, port, command, env);
    server.restart();
    return server;
  }

  @Override
  ServerProcess launch() {
    return ServerProcess.startNative("redis-server", command, env, dir.resolve("redis.log"));
  }

  @Override
  boolean answers() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
      socket.setSoTimeout(500);
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      String answer =
          new BufferedReader(
                  new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
              .readLine();
      // A server that wants a password, or has no PING (rename-command), is up as well.
      return answer != null
          && (answer.startsWith("+PONG")
              || answer.startsWith("-NOAUTH")
              || answer.startsWith("-ERR unknown command"));
    } catch (IOException e) {
      return false;
    }
  }

  public int port() {
    return port;
  }

  /** Returns the server's address, {@code redis://127.0.0.1:port}. */
  public String uri() {
    return "redis://127.0.0.1:" + port;
  }

  private static Path findBinary(Path dir) {
    String named = System.getenv("HISSRV_REDIS_SERVER");
    if (named != null) {
      Path path = Path.of(named);
      if (!Files.isExecutable(path)) {
        throw new IllegalStateException("HISSRV_REDIS_SERVER=" + named + " is no executable file");
      }
      return path;
    }
    return onPath("redis-server").orElseGet(() -> extractBinary(dir));
  }

  static Optional<Path> onPath(String program) {
    String path = System.getenv("PATH");
    if (path == null) {
      return Optional.empty();
    }
    for (String entry : path.split(":", -1)) {
      Path candidate = Path.of(entry.isEmpty() ? "." : entry, program);
      if (Files.isExecutable(candidate) && !Files.isDirectory(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  private static Path extractBinary(Path dir) {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    boolean arm = arch.equals("aarch64") || arch.equals("arm64");
    String resource;
    if (os.contains("linux")) {
      resource = arm ? "redis-server-6.2.7-linux-arm64" : "redis-server-6.2.6-v5-linux-amd64";
    } else if (os.contains("mac")) {
      resource = arm ? "redis-server-6.2.6-v5-darwin-arm64" : "redis-server-6.2.6-v5-darwin-amd64";
    } else {
      throw new IllegalStateException(
          "no redis-server on the PATH and none embedded for " + os + "/" + arch + ": install one");
    }
    Path binary = dir.resolve("redis-server-embedded");
    try (InputStream in = RedisServer.class.getResourceAsStream("/" + resource)) {
      if (in == null) {
        throw new IllegalStateException("the embedded-redis artifact has no " + resource);
      }
      Files.createDirectories(dir);
      Files.copy(in, binary, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (!binary.toFile().setExecutable(true)) {
      throw new IllegalStateException("cannot make " + binary + " executable");
    }
    return binary;
  }
}

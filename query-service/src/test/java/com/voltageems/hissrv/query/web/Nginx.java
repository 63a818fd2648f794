package com.voltageems.hissrv.query.web;

import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.RequiresServer.Server;
import com.voltageems.hissrv.testkit.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A real nginx in front of the service, by the example of docs/operate/security.md, to the word.
 */
final class Nginx implements AutoCloseable {
  private static final Path PAGE = Path.of("..", "docs", "operate");
  private final int port = Ports.free();
  private final ServerProcess process;

  /**
   * @param dir for all that it writes
   * @param service where it is: {@code http://127.0.0.1:port}
   */
  Nginx(Path dir, String service) throws IOException {
    String example = example("security.md").replace("http://127.0.0.1:8082", service);
    StringBuilder config = new StringBuilder("daemon off;\nmaster_process off;\nevents {}\n");
    config.append("pid %1$s/pid;\nerror_log %1$s/error.log;\nhttp {\naccess_log off;\n");
    for (String kind : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
      config.append(kind).append("_temp_path %1$s/").append(kind).append(";\n");
    }
    String text =
        config.toString().formatted(dir)
            + "server {\nlisten 127.0.0.1:"
            + port
            + ";\nlocation / { return 404; }\n"
            + example
            + "}\n}\n";
    Path file = Files.writeString(dir.resolve("nginx.conf"), text);
    process =
        ServerProcess.startNative(
            "nginx",
            List.of(Server.NGINX.find().orElseThrow(), "-p", dir.toString(), "-c", file.toString()),
            Map.of(),
            dir.resolve("nginx.log"));
    await("nginx to listen").atMost(Duration.ofMinutes(1)).until(() -> Ports.isOpen(port));
  }

  /** What a page of docs/operate says to write. */
  static String example(String page) throws IOException {
    String text = Files.readString(PAGE.resolve(page));
    int begin = text.indexOf("```nginx\n") + "```nginx\n".length();
    return text.substring(begin, text.indexOf("```", begin));
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  @Override
  public void close() {
    process.close();
  }
}

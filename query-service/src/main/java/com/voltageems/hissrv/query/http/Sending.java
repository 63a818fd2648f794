package com.voltageems.hissrv.query.http;

import com.voltageems.hissrv.query.http.export.Export;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.Map;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends a body while it is written. */
final class Sending {
  private static final Logger LOG = LoggerFactory.getLogger(Sending.class);
  private static final String TRUNCATED = "X-Hissrv-Truncated";

  private Sending() {}

  /**
   * Sends it. What goes wrong before anything is sent is thrown; after that the connection is cut,
   * so that nobody takes what has come for all there is.
   *
   * @return how many bytes were sent, before they were compressed; 0 where it was cut
   */
  static long send(Context context, Export.Body body) {
    try {
      if (body instanceof Export.Begun begun && !begun.isWhole()) {
        // Only the end tells it: a trailer.
        context.header("Trailer", TRUNCATED);
        context
            .res()
            .setTrailerFields(() -> begun.isTruncated() ? Map.of(TRUNCATED, "true") : Map.of());
      }
      CountingStream out = new CountingStream(context.outputStream());
      body.to(out);
      return out.count();
    } catch (IOException e) {
      LOG.debug("{} went away before the answer's end", context.path(), e);
      cut(context);
    } catch (RuntimeException | Error e) {
      if (!context.res().isCommitted()) {
        throw e;
      }
      LOG.warn("{} was cut off in the middle of its answer", context.path(), e);
      cut(context);
      if (e instanceof Error) {
        throw e;
      }
    } finally {
      body.abandon();
    }
    return 0;
  }

  private static void cut(Context context) {
    ServletContextRequest.getServletContextRequest(context.req())
        .getConnectionMetaData()
        .getConnection()
        .getEndPoint()
        .close();
  }
}

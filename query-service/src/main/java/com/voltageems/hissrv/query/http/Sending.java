package com.voltageems.hissrv.query.http;

import com.voltageems.hissrv.query.http.answer.LeftOut;
import com.voltageems.hissrv.query.http.export.Export;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.Map;
import java.util.zip.CRC32C;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends answers, those that are written meanwhile among them. */
final class Sending {
  private static final Logger LOG = LoggerFactory.getLogger(Sending.class);
  private static final String TRUNCATED = "X-Hissrv-Truncated";

  /** How many bytes an answer has, for the metrics. */
  private static final String SIZE = "hissrv.size";

  private Sending() {}

  /** What a browser keeps, and asks whether it is still the same; 304 is Javalin's. */
  static void tagged(Context context, Reply reply, String caching) {
    context.header("Cache-Control", caching);
    CRC32C sum = new CRC32C();
    sum.update(reply.body());
    context.header("ETag", "\"%08x\"".formatted(sum.getValue()));
    reply(context, reply);
  }

  static void reply(Context context, Reply reply) {
    if (reply.truncated()) {
      context.header(TRUNCATED, "true");
    }
    if (!reply.leftOut().isEmpty()) {
      context.header("X-Hissrv-Left-Out", LeftOut.header(reply.leftOut()));
    }
    reply.headers().forEach(context::header);
    context.status(reply.status()).contentType(reply.contentType());
    Export.Body written = reply.written();
    if (written == null) {
      context.attribute(SIZE, (long) reply.body().length);
      context.result(reply.body());
    } else {
      context.attribute(SIZE, send(context, written));
    }
  }

  /** How many bytes the answer had. */
  static long size(Context context) {
    return context.attribute(SIZE) instanceof Long size ? size : 0;
  }

  /**
   * Sends it. What goes wrong before anything is sent is thrown; after that the connection is cut,
   * so that nobody takes what has come for all there is.
   *
   * @return how many bytes were sent, before they were compressed; 0 where it was cut
   */
  private static long send(Context context, Export.Body body) {
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

package com.voltageems.hissrv.query.http;

import com.voltageems.hissrv.query.http.answer.LeftOut;
import com.voltageems.hissrv.query.http.export.Export;
import com.voltageems.hissrv.query.http.problem.ErrorKind;
import com.voltageems.hissrv.query.http.problem.RefusedException;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends answers, those that are written meanwhile among them. Long ones keep a thread waiting for
 * their reader: so many at once that others are answered, and none for ever.
 */
final class Sending {
  private static final Logger LOG = LoggerFactory.getLogger(Sending.class);
  private static final String TRUNCATED = "X-Hissrv-Truncated";

  /** How many bytes an answer has, for the metrics. */
  private static final String SIZE = "hissrv.size";

  /** The longest that a request's body, 64 kB at most, may take. */
  private static final int BODY_SECONDS = 30;

  private final Senders senders;

  Sending(Senders senders) {
    this.senders = senders;
  }

  /** What a browser keeps, and asks whether it is still the same. */
  void tagged(Context context, Reply reply, String caching) {
    context.header("Cache-Control", caching);
    CRC32C sum = new CRC32C();
    sum.update(reply.body());
    String tag = "\"%08x\"".formatted(sum.getValue());
    context.header("ETag", tag);
    if (tag.equals(context.header("If-None-Match"))) {
      context.status(304);
      return;
    }
    reply(context, reply);
  }

  void reply(Context context, Reply reply) {
    if (reply.written() == null
        && (reply.body().length <= Senders.SHORT || context.method().equals(HandlerType.HEAD))) {
      head(context, reply);
      context.attribute(SIZE, (long) reply.body().length);
      context.result(reply.body());
      return;
    }
    Export.Body written = reply.written();
    Export.Body body = written == null ? out -> out.write(reply.body()) : written;
    try {
      Runnable sent = senders.permit();
      try {
        head(context, reply);
        context.attribute(SIZE, send(context, body));
      } finally {
        sent.run();
      }
    } finally {
      body.abandon();
    }
  }

  private static void head(Context context, Reply reply) {
    if (reply.truncated()) {
      context.header(TRUNCATED, "true");
    }
    if (!reply.leftOut().isEmpty()) {
      context.header("X-Hissrv-Left-Out", LeftOut.header(reply.leftOut()));
    }
    reply.headers().forEach(context::header);
    context.status(reply.status()).contentType(reply.contentType());
  }

  /** Reads the request's body, which whoever asks for it has at once then. */
  void body(Context context) {
    if (context.req().getContentLengthLong() == 0) {
      return;
    }
    Runnable came = senders.permit();
    CompletableFuture<Void> read = new CompletableFuture<>();
    CompletableFuture<Void> unusedEnd =
        read.orTimeout(BODY_SECONDS, TimeUnit.SECONDS)
            .exceptionally(
                late -> {
                  LOG.warn("{} was cut off: its body took too long to come", context.path());
                  cut(context);
                  return null;
                });
    try {
      byte[] unusedBody = context.bodyAsBytes();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      // Javalin's language declares no failures: that of a connection that is gone comes as it is.
      LOG.debug("{}: the body broke off", context.path(), e);
      throw new RefusedException(ErrorKind.REFUSED, "the request's body did not come whole");
    } finally {
      read.complete(null);
      came.run();
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
  private long send(Context context, Export.Body body) {
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
    } catch (CountingStream.SlowReaderException e) {
      LOG.warn("{} was cut off: its reader {}", context.path(), e.getMessage());
      cut(context);
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
    }
    return 0;
  }

  private void cut(Context context) {
    senders.countCut();
    ServletContextRequest.getServletContextRequest(context.req())
        .getConnectionMetaData()
        .getConnection()
        .getEndPoint()
        .close();
  }
}

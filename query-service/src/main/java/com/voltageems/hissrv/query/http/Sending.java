package com.voltageems.hissrv.query.http;

import com.voltageems.hissrv.query.http.answer.LeftOut;
import com.voltageems.hissrv.query.http.ask.BadRequestException;
import com.voltageems.hissrv.query.http.export.Export;
import com.voltageems.hissrv.query.http.problem.ErrorKind;
import com.voltageems.hissrv.query.http.problem.RefusedException;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.http.MimeTypes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends answers, including those that are written while they are sent. A long answer keeps a thread
 * waiting for its reader: the number of such threads is limited so that other callers are answered,
 * and none of them waits for ever.
 */
final class Sending {
  private static final Logger LOG = LoggerFactory.getLogger(Sending.class);
  private static final String TRUNCATED = "X-Hissrv-Truncated";

  /** Request attribute with the size of the answer in bytes, for the metrics. */
  private static final String SIZE = "hissrv.size";

  /** Largest request body, in bytes. */
  static final long MOST_BODY = 64 * 1024L;

  /** Longest time in which a request's body must arrive. */
  private static final int BODY_SECONDS = 30;

  private final Senders senders;

  Sending(Senders senders) {
    this.senders = senders;
  }

  /** Sends an answer that a browser keeps; the browser asks later whether it is still the same. */
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
    Begun out = new Begun(context, reply, body);
    try {
      context.attribute(SIZE, send(context, body, out));
    } finally {
      out.sent.run();
      body.abandon();
    }
  }

  /**
   * The output of one answer. Its beginning is held back: a short answer fits into the connection's
   * buffer, so no thread waits for the client and no permit is needed. The rest is sent under a
   * permit.
   */
  private final class Begun extends OutputStream {
    private final Context context;
    private final Reply reply;
    private final Export.Body body;
    private final ByteArrayOutputStream held = new ByteArrayOutputStream(1024);
    private @Nullable CountingStream out;
    private Runnable sent = () -> {};
    private @Nullable RefusedException refusal;

    Begun(Context context, Reply reply, Export.Body body) {
      this.context = context;
      this.reply = reply;
      this.body = body;
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      // An answer that is produced while it is read may also wait for the database at any moment.
      boolean isLong = out != null || body instanceof Export.Begun;
      if (isLong || held.size() + length > Senders.SHORT) {
        open().write(bytes, from, length);
      } else {
        held.write(bytes, from, length);
      }
    }

    private OutputStream open() throws IOException {
      CountingStream begun = out;
      if (begun == null) {
        permit();
        head(context, reply);
        if (body instanceof Export.Begun whole && !whole.isWhole()) {
          // Only the end of the answer shows whether it is truncated, so a trailer reports it.
          context.header("Trailer", TRUNCATED);
          context
              .res()
              .setTrailerFields(() -> whole.isTruncated() ? Map.of(TRUNCATED, "true") : Map.of());
        }
        announceEnd();
        begun = new CountingStream(context.outputStream());
        out = begun;
        begun.write(held.toByteArray());
      }
      return begun;
    }

    /**
     * Makes the end of the body recognizable. A body that ends with its connection looks whole even
     * if the connection was cut. Jetty would send such a body to a client that asks for one answer
     * per connection, as nginx does, and nginx passes it on with an end of its own.
     */
    private void announceEnd() throws IOException {
      if (mayBeChunked(context)) {
        context.header("Transfer-Encoding", "chunked");
        return;
      }
      // HTTP/1.0 knows a length and nothing else: the body is written once to count it, and once to
      // send it.
      CountingStream length = new CountingStream(OutputStream.nullOutputStream());
      body.to(length);
      context.disableCompression();
      context.res().setContentLengthLong(length.count());
    }

    /**
     * Takes a permit, or throws the same refusal again: a writer that was refused may still try to
     * write the end of its output.
     */
    private void permit() {
      if (refusal != null) {
        throw refusal;
      }
      try {
        sent = senders.permit();
      } catch (RefusedException e) {
        refusal = e;
        throw e;
      }
    }

    @Override
    public void flush() throws IOException {
      CountingStream begun = out;
      if (begun != null) {
        begun.flush();
      }
    }

    /**
     * Ends the answer.
     *
     * @return the number of bytes written
     */
    long end() throws IOException {
      if (out == null && body instanceof Export.Begun) {
        open().flush();
      }
      CountingStream begun = out;
      if (begun != null) {
        return begun.count();
      }
      head(context, reply);
      context.result(held.toByteArray());
      return held.size();
    }
  }

  /**
   * Returns whether the client can distinguish the end of a body of any length from a cut
   * connection.
   */
  static boolean mayBeChunked(Context context) {
    return !context.protocol().equals("HTTP/1.0");
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

  /** Reads the request's body in advance, so that a handler that asks for it gets it at once. */
  void body(Context context) {
    if (context.req().getContentLengthLong() == 0) {
      return;
    }
    requireReadable(context);
    Runnable came = senders.permit();
    CompletableFuture<Void> read = new CompletableFuture<>();
    CompletableFuture<Void> unusedEnd =
        read.orTimeout(BODY_SECONDS, TimeUnit.SECONDS)
            .exceptionally(
                late -> {
                  LOG.warn("{} was cut off: its body took too long to arrive", context.path());
                  cut(context);
                  return null;
                });
    try {
      byte[] unusedBody = context.bodyAsBytes();
    } catch (HttpResponseException e) {
      if (e.getStatus() != HttpStatus.CONTENT_TOO_LARGE.getCode()) {
        throw e;
      }
      throw new RefusedException(
          ErrorKind.TOO_LARGE,
          "body: too large: needs at most " + MOST_BODY + " bytes",
          Map.of("parameter", "body", "value", "", "expected", "at most " + MOST_BODY + " bytes"));
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      // Kotlin, the language of Javalin, declares no checked exceptions: the IOException of a
      // broken connection arrives here undeclared.
      LOG.debug("{}: the body broke off", context.path(), e);
      throw new RefusedException(ErrorKind.REFUSED, "the request's body arrived incomplete");
    } finally {
      read.complete(null);
      came.run();
    }
  }

  /** Requires an uncompressed body in UTF-8; any other body would be read as a different text. */
  private static void requireReadable(Context context) {
    String encoding = context.header("Content-Encoding");
    if (encoding != null && !encoding.isBlank() && !encoding.equalsIgnoreCase("identity")) {
      throw new BadRequestException(
          "Content-Encoding", encoding, "a body that is not compressed, without this header");
    }
    String type = context.header("Content-Type");
    String charset = type == null ? null : MimeTypes.getCharsetFromContentType(type);
    if (charset != null
        && !charset.equalsIgnoreCase("utf-8")
        && !charset.equalsIgnoreCase("utf8")) {
      throw new BadRequestException("Content-Type", type, "charset=utf-8, or no charset");
    }
  }

  /** Returns the size of the answer in bytes. */
  static long size(Context context) {
    return context.attribute(SIZE) instanceof Long size ? size : 0;
  }

  /**
   * Sends the body. An error before the first byte is sent is thrown; after that the connection is
   * cut, so that no client takes a part for the whole.
   *
   * @return how many bytes were sent, before compression; 0 if the connection was cut
   */
  private long send(Context context, Export.Body body, Begun out) {
    try {
      body.to(out);
      return out.end();
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

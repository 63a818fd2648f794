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
 * Sends answers, those that are written meanwhile among them. Long ones keep a thread waiting for
 * their reader: so many at once that others are answered, and none for ever.
 */
final class Sending {
  private static final Logger LOG = LoggerFactory.getLogger(Sending.class);
  private static final String TRUNCATED = "X-Hissrv-Truncated";

  /** How many bytes an answer has, for the metrics. */
  private static final String SIZE = "hissrv.size";

  /** Of a request's body, in bytes. */
  static final long MOST_BODY = 64 * 1024L;

  /** The longest that a request's body may take. */
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
    Begun out = new Begun(context, reply, body);
    try {
      context.attribute(SIZE, send(context, body, out));
    } finally {
      out.sent.run();
      body.abandon();
    }
  }

  /**
   * What is written of an answer. Its beginning is held, so that a short one, which fits the
   * connection's buffer, keeps nobody waiting and needs no permit; the rest is sent by one.
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
      // One that is made while it is read may wait for the database at any moment, too.
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
          // Only the end tells it: a trailer.
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
     * A body that ends with its connection looks whole when that was cut: Jetty would send such a
     * one to whoever asks for a single answer by a connection, as nginx does, and nginx passes it
     * on with an end of its own.
     */
    private void announceEnd() throws IOException {
      if (mayBeChunked(context)) {
        context.header("Transfer-Encoding", "chunked");
        return;
      }
      // HTTP/1.0 knows a length and nothing else: written once to be counted, and once to be sent.
      CountingStream length = new CountingStream(OutputStream.nullOutputStream());
      body.to(length);
      context.disableCompression();
      context.res().setContentLengthLong(length.count());
    }

    /** Who writes may try to end what it writes when it was refused. */
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

    /** Nothing more comes; gives how many bytes there were. */
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

  /** Whether the caller tells the end of a body, whatever its length, from a cut connection. */
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

  /** Reads the request's body, which whoever asks for it has at once then. */
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
      // Javalin's language declares no failures: that of a connection that is gone comes as it is.
      LOG.debug("{}: the body broke off", context.path(), e);
      throw new RefusedException(ErrorKind.REFUSED, "the request's body arrived incomplete");
    } finally {
      read.complete(null);
      came.run();
    }
  }

  /** Bodies are UTF-8 as it is; another one would be read as something else. */
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

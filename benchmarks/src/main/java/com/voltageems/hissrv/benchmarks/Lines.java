package com.voltageems.hissrv.benchmarks;

import com.voltageems.hissrv.testkit.QuestDb;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;

/**
 * Measures the database's own speed: posts prebuilt line protocol by bare HTTP, one request after
 * the other.
 */
public final class Lines {
  /**
   * Time of every benchmark's first sample, in epoch ms; recent, so that no retention removes it.
   */
  public static final long START =
      System.currentTimeMillis() / 86_400_000 * 86_400_000 - 86_400_000;

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private final QuestDb database;

  public Lines(QuestDb database) {
    this.database = database;
  }

  /**
   * Returns {@code count} lines of one table, starting with line {@code from}: {@code channels}
   * channels in turn, one second between rounds.
   */
  public static String text(String table, int from, int count, int channels, int fields) {
    StringBuilder text = new StringBuilder();
    for (int line = from; line < from + count; line++) {
      text.append(table).append(",channel=").append(line % channels).append(' ');
      for (int field = 1; field <= fields; field++) {
        text.append(field == 1 ? "f" : ",f").append(field).append('=').append(value(line, field));
      }
      text.append(' ').append(millis(line, channels)).append('\n');
    }
    return text.toString();
  }

  public static String value(int line, int field) {
    return String.format(Locale.ROOT, "%.6f", 220 + field + Math.sin(line));
  }

  public static long millis(int line, int channels) {
    return START + line / channels * 1000L;
  }

  public void post(String lines) {
    try {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(
                      URI.create(
                          database.url() + "/api/v2/write?org=bench&bucket=bench&precision=ms"))
                  .timeout(Duration.ofSeconds(60))
                  .POST(HttpRequest.BodyPublishers.ofString(lines))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 204) {
        throw new IllegalStateException("the database answers " + answer.body());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}

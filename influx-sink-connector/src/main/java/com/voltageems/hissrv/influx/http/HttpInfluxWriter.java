package com.voltageems.hissrv.influx.http;

import com.influxdb.client.InfluxDBClient;
import com.influxdb.client.InfluxDBClientFactory;
import com.influxdb.client.InfluxDBClientOptions;
import com.influxdb.exceptions.InfluxException;
import com.voltageems.hissrv.influx.answer.InfluxVersion;
import com.voltageems.hissrv.influx.answer.ResponseClassifier;
import com.voltageems.hissrv.influx.answer.WriteOutcome;
import com.voltageems.hissrv.influx.batch.Destination;
import com.voltageems.hissrv.influx.config.DatabaseSettings;
import com.voltageems.hissrv.influx.config.InfluxSinkConfig;
import com.voltageems.hissrv.influx.delivery.InfluxWriter;
import com.voltageems.hissrv.influx.point.Precision;
import com.voltageems.hissrv.plugin.PromptSocketFactory;
import com.voltageems.hissrv.plugin.Setting;
import com.voltageems.hissrv.plugin.tls.RenewedTls;
import com.voltageems.hissrv.plugin.tls.TlsFailure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import okhttp3.ConnectionPool;
import okhttp3.Credentials;
import okhttp3.Dispatcher;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.RequestBody;
import okhttp3.ResponseBody;
import okio.Buffer;
import org.jspecify.annotations.Nullable;
import retrofit2.Call;
import retrofit2.Response;
import retrofit2.http.Body;
import retrofit2.http.GET;
import retrofit2.http.POST;
import retrofit2.http.Query;

/**
 * Writer over HTTP by influxdb-client-java, which provides connections, authentication and
 * compression. The client's own write service only takes text and only knows {@code /api/v2/write},
 * so this class declares both write calls itself.
 */
public final class HttpInfluxWriter implements InfluxWriter {
  private static final MediaType TEXT = MediaType.get("text/plain; charset=utf-8");
  private static final long MAX_BODY = 256 * 1024;
  private static final int IDLE_CONNECTIONS = 16;

  private final InfluxSinkConfig config;
  private final ResponseClassifier classifier;
  private final Clock clock;
  private final Dispatcher dispatcher = new Dispatcher();
  private final ConnectionPool connections =
      new ConnectionPool(IDLE_CONNECTIONS, 1, TimeUnit.MINUTES);
  private final InfluxDBClient client;
  private final Buckets buckets;
  private final WriteApi api;
  private final @Nullable RenewedTls tls;
  private final List<String> secrets;

  /** Whether this thread's call got a connection: without one, the request was not sent. */
  private final ThreadLocal<Boolean> connected = ThreadLocal.withInitial(() -> false);

  private volatile boolean isQuestDb;

  /** The version that the database tells about itself; empty if it tells none. */
  private volatile String told = "";

  /** The two write APIs, and QuestDB's SQL. */
  interface WriteApi {
    @GET("exec")
    Call<ResponseBody> sql(@Query("query") String sql);

    @POST("api/v2/write")
    Call<ResponseBody> version2(
        @Query("org") @Nullable String org,
        @Query("bucket") @Nullable String bucket,
        @Query("precision") String precision,
        @Body RequestBody lines);

    @POST("write")
    Call<ResponseBody> version1(
        @Query("db") String database,
        @Query("rp") @Nullable String retentionPolicy,
        @Query("precision") String precision,
        @Body RequestBody lines);
  }

  /**
   * Creates a writer, which opens no connection yet.
   *
   * @throws InfluxException if the URL is invalid
   */
  public HttpInfluxWriter(InfluxSinkConfig config, Clock clock) {
    this.config = config;
    this.classifier = new ResponseClassifier(config.database().version(), config.database().gzip());
    this.clock = clock;
    String authorization = authorization(config.database());
    this.secrets = secrets(config.database(), authorization);
    OkHttpClient.Builder http =
        new OkHttpClient.Builder()
            .socketFactory(new PromptSocketFactory())
            .dispatcher(dispatcher)
            .connectionPool(connections)
            .connectTimeout(config.database().connectTimeout())
            .readTimeout(config.database().writeTimeout())
            .writeTimeout(config.database().writeTimeout())
            .callTimeout(config.database().writeTimeout())
            .followRedirects(false)
            // The sink retries itself: counted, with pauses and limits.
            .retryOnConnectionFailure(false)
            .addNetworkInterceptor(
                chain -> {
                  connected.set(true);
                  return chain.proceed(chain.request());
                });
    if (authorization != null) {
      http.addInterceptor(
          chain ->
              chain.proceed(
                  chain.request().newBuilder().header("Authorization", authorization).build()));
    }
    tls = config.database().tls(clock.instant());
    if (tls != null) {
      http.sslSocketFactory(new RenewedSockets(tls), tls.get().trust());
      if (!tls.get().checksHost()) {
        http.hostnameVerifier((host, session) -> true);
      }
    }
    InfluxDBClientOptions.Builder options =
        InfluxDBClientOptions.builder().url(config.database().url()).okHttpClient(http);
    this.client = InfluxDBClientFactory.create(options.build());
    if (config.database().gzip()) {
      client.enableGzip();
    }
    this.buckets = new Buckets(client, config.database().org(), config.database().retention());
    this.api = client.getService(WriteApi.class);
  }

  /** Returns the value of the Authorization header; null if there is none. */
  private static @Nullable String authorization(DatabaseSettings database) {
    char[] token = database.token();
    String user = database.username();
    if (token != null && database.version() != InfluxVersion.V1) {
      String scheme = database.version() == InfluxVersion.V2 ? "Token " : "Bearer ";
      return scheme + new String(token);
    }
    if (user == null || database.version() == InfluxVersion.V2) {
      return null;
    }
    String password = database.password();
    return Credentials.basic(user, password == null ? "" : password, StandardCharsets.UTF_8);
  }

  /** Returns the secrets, which must not appear in any message. */
  private static List<String> secrets(DatabaseSettings database, @Nullable String authorization) {
    char[] token = database.token();
    return Stream.of(token == null ? "" : new String(token), database.password(), authorization)
        .flatMap(Stream::ofNullable)
        .filter(secret -> !secret.isEmpty())
        .toList();
  }

  @Override
  public WriteOutcome write(Destination destination, byte[] lines, int length) {
    WriteOutcome outcome = post(destination, lines, length);
    if (!isBucketMissing(outcome) || !config.database().createsBuckets() || isOtherVersion()) {
      return outcome;
    }
    WriteOutcome made = buckets.create(destination.bucket());
    return made instanceof WriteOutcome.Written ? post(destination, lines, length) : made;
  }

  private static boolean isBucketMissing(WriteOutcome outcome) {
    return outcome instanceof WriteOutcome.Fatal fatal
        && fatal.setting().equals(DatabaseSettings.BUCKET.name());
  }

  /**
   * Returns whether the database says that it is of the other version of InfluxDB. 1.8 and later
   * know the API of version 2 and the other way round, so this is worth a remark where a write
   * fails, not a failure.
   */
  private boolean isOtherVersion() {
    return switch (config.database().version()) {
      case V1 -> told.startsWith("2.");
      case V2 -> told.startsWith("1.");
      case QUESTDB -> false;
    };
  }

  private WriteOutcome remarked(WriteOutcome outcome) {
    return outcome instanceof WriteOutcome.Fatal fatal && isOtherVersion()
        ? new WriteOutcome.Fatal(
            fatal.reason()
                + " (the database is InfluxDB "
                + told
                + ", and influxdb.version is "
                + config.database().version().setting()
                + ")",
            fatal.setting())
        : outcome;
  }

  /**
   * Writes nothing, to see whether a write would succeed. Creates no bucket: a missing one that
   * could be created counts as written.
   */
  WriteOutcome probe(Destination destination) {
    WriteOutcome outcome = post(destination, new byte[0], 0);
    return isBucketMissing(outcome) && config.database().createsBuckets() && !isOtherVersion()
        ? buckets.mayCreate(destination.bucket())
        : outcome;
  }

  private WriteOutcome post(Destination destination, byte[] lines, int length) {
    RequestBody body = RequestBody.create(lines, TEXT, 0, length);
    String precision = precision();
    Call<ResponseBody> call =
        switch (config.database().version()) {
          case V2 -> api.version2(config.database().org(), destination.bucket(), precision, body);
          case V1 ->
              api.version1(destination.bucket(), destination.retentionPolicy(), precision, body);
          case QUESTDB -> api.version2(null, null, precision, body);
        };
    try {
      connected.set(false);
      Response<ResponseBody> response = call.execute();
      noteServer(response);
      if (isQuestDb && config.database().version() != InfluxVersion.QUESTDB) {
        return new WriteOutcome.Fatal(
            config.database().url() + " is QuestDB: set influxdb.version=questdb",
            DatabaseSettings.VERSION.name());
      }
      return remarked(
          classifier.classify(
              response.code(),
              response.headers().get("Retry-After"),
              hidden(text(response)),
              clock.instant()));
    } catch (IOException e) {
      return unreachable(e);
    }
  }

  private String precision() {
    Precision precision = config.database().lineForm().precision();
    // InfluxDB 1 has its own letter for microseconds.
    return precision == Precision.US && config.database().version() == InfluxVersion.V1
        ? "u"
        : Setting.written(precision);
  }

  private WriteOutcome.Retry unreachable(IOException e) {
    TlsFailure.Found found =
        TlsFailure.describe(e, DatabaseSettings.TLS, tls == null ? null : tls.get())
            .orElseGet(() -> new TlsFailure.Found(null, describe(e)));
    return new WriteOutcome.Retry(
        null,
        config.database().url() + ": " + found.reason() + outdated(e),
        found.setting(),
        connected.get());
  }

  /**
   * Returns that our certificate is not valid now, if that may be why the connection ended: a
   * server that does not accept it mostly just says no.
   */
  private String outdated(IOException e) {
    boolean brokenOff = e instanceof SSLException || e instanceof SocketException;
    return tls == null || !brokenOff || e instanceof ConnectException
        ? ""
        : tls.outdated(clock.instant()).map(reason -> "; " + reason).orElse("");
  }

  /**
   * The answer to a query.
   *
   * @param trouble why there is no answer; null if there is one
   */
  record Text(String body, @Nullable WriteOutcome trouble) {}

  /** Asks QuestDB in SQL; an SQL error counts as an answer. */
  Text query(String sql) {
    try {
      Response<ResponseBody> response = api.sql(sql).execute();
      String body = hidden(text(response));
      boolean later = response.code() == 408 || response.code() == 429 || response.code() >= 500;
      return new Text(
          body,
          later
              ? new WriteOutcome.Retry(null, "HTTP " + response.code() + " to a question by SQL")
              : null);
    } catch (IOException e) {
      return new Text("", unreachable(e));
    }
  }

  /** Returns whether an answer came from QuestDB. */
  boolean isQuestDb() {
    return isQuestDb;
  }

  private void noteServer(Response<ResponseBody> response) {
    String server = response.headers().get("Server");
    if (server != null && server.toLowerCase(Locale.ROOT).startsWith("questdb")) {
      isQuestDb = true;
    }
    String version = response.headers().get("X-Influxdb-Version");
    told = version == null ? "" : version.startsWith("v") ? version.substring(1) : version;
  }

  private static String text(Response<ResponseBody> response) throws IOException {
    try (ResponseBody answer = response.isSuccessful() ? response.body() : response.errorBody()) {
      return answer == null ? "" : beginning(answer);
    }
  }

  /**
   * Returns the text with secrets replaced: answers go to logs, metrics and dead letters, and some
   * proxies repeat the request.
   */
  private String hidden(String text) {
    String hidden = text;
    for (String secret : secrets) {
      hidden = hidden.replace(secret, "[hidden]");
    }
    return hidden;
  }

  private static String beginning(ResponseBody body) throws IOException {
    Buffer buffer = new Buffer();
    while (buffer.size() < MAX_BODY && body.source().read(buffer, MAX_BODY - buffer.size()) >= 0) {
      // read until the end or the limit
    }
    return buffer.readUtf8();
  }

  private static String describe(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  @Override
  public void close() {
    dispatcher.cancelAll();
    client.close();
    dispatcher.executorService().shutdown();
    connections.evictAll();
  }
}

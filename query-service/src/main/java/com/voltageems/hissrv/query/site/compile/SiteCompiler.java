package com.voltageems.hissrv.query.site.compile;

import com.voltageems.hissrv.query.alert.AlertRule;
import com.voltageems.hissrv.query.config.ConfigException;
import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.setting.Template;
import com.voltageems.hissrv.query.site.key.Given;
import com.voltageems.hissrv.query.site.key.View;
import com.voltageems.hissrv.query.site.yaml.BadFileException;
import com.voltageems.hissrv.query.site.yaml.Place;
import com.voltageems.hissrv.query.site.yaml.Problem;
import com.voltageems.hissrv.query.storage.plan.StoragePlan;
import com.voltageems.hissrv.query.tls.ConnectTls;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Compiles the checked file into everything that follows from it: connectors, service settings,
 * alerts, storage.
 */
public final class SiteCompiler {
  private static final String CONNECT = "http://127.0.0.1:8083";

  private final Map<String, String> env;
  private final Template.ProviderLookup providers;
  private final List<Problem> problems = new ArrayList<>();
  private final List<Problem> notes = new ArrayList<>();

  /**
   * @param env the environment in which variables are looked up
   * @param providers resolves references to Connect's config providers if this process needs the
   *     secret
   */
  public SiteCompiler(Map<String, String> env, Template.ProviderLookup providers) {
    this.env = env;
    this.providers = providers;
  }

  /** The purpose of compiling; decides which secrets must be known here. */
  public enum For {
    /** Plan, apply, export, validate: needs only the secrets for calling Connect. */
    COMMAND,
    /** The running service: needs everything for reading the database, including its files. */
    SERVICE
  }

  /**
   * Compiles the site.
   *
   * @param file name of the file, for the messages
   * @param overlay mappings by name that were added at run time; they come first and replace
   *     mappings of the file with the same name
   * @throws BadFileException listing every problem
   */
  public Compiled compile(String file, View site, Map<String, View> overlay, For purpose)
      throws BadFileException {
    View connect = site.view("connect");
    boolean byWorker = connect.text("secrets").equals("worker");
    Secrets secrets = new Secrets(env, providers, byWorker, problems, notes);
    String name = site.view("service").text("name");
    String sourceName = connect.find("source").orElse(name + "-redis-source");
    String sinkName = connect.find("sink").orElse(name + "-influx-sink");
    oneDatabase(site);

    Map<String, View> mappings = new LinkedHashMap<>(overlay);
    SourceCompiler.named(site, problems).forEach(mappings::putIfAbsent);
    Map<String, Entry> source =
        new SourceCompiler(site, secrets, problems, notes).compile(mappings);
    Map<String, Entry> sink = new SinkCompiler(site, secrets, problems).compile();
    // TLS files on this machine, for the service: a different path set under advanced is valid on
    // the worker only.
    Map<String, Entry> redisTls = new LinkedHashMap<>(source);
    redisTls.keySet().removeIf(setting -> !setting.startsWith("redis.tls."));
    View advanced = site.view("advanced");
    advanced.names("source").forEach((key, given) -> override(source, key, given, secrets));
    advanced.names("sink").forEach((key, given) -> override(sink, key, given, secrets));
    for (Map<String, Entry> settings : List.of(source, sink)) {
      settings.put(ConnectorSpec.MARK, new Entry(ConnectorSpec.mark(name), null));
    }

    List<String> urls =
        connect.all("url").stream()
            .flatMap(given -> Arrays.stream(given.text().split(",", -1)).map(String::strip))
            // Paths are appended to it, and a worker answers 400 to two slashes.
            .map(url -> url.replaceFirst("/+$", ""))
            .toList();
    if (urls.isEmpty()) {
      urls = List.of(CONNECT);
    }
    Function<Given, String> lookUp =
        purpose == For.SERVICE ? secrets::here : given -> forCommand(given, secrets);
    Map<String, Entry> service =
        new ServiceCompiler(site, lookUp).compile(sourceName, sinkName, urls);
    advanced
        .names("service")
        .forEach(
            (key, given) ->
                service.put(
                    key,
                    new Entry(
                        Secrets.isSecretName(key) ? lookUp.apply(given) : secrets.here(given),
                        Origin.of(given))));
    checkService(service, purpose);
    List<AlertRule> alerts =
        new AlertCompiler(lookUp, aliases(source), problems, notes).compile(site);
    StoragePlan storage = new StorageCompiler(site, problems, notes).compile();
    Compiled.Target target =
        new Compiled.Target(
            urls,
            connect.find("username").orElse(""),
            connect.given("password").map(secrets::here).orElse(""),
            site.view("logging").text("level"),
            certificates(connect, secrets));
    if (!problems.isEmpty()) {
      throw new BadFileException(file, problems);
    }
    return new Compiled(
        name,
        List.of(
            new ConnectorSpec("source", sourceName, source),
            new ConnectorSpec("sink", sinkName, sink)),
        service,
        target,
        new RedisCompiler(source, redisTls, secrets::hereIfKnown).compile(),
        alerts,
        storage,
        notes);
  }

  private static List<String> aliases(Map<String, Entry> source) {
    Entry sources = source.get("sources");
    return sources == null
        ? List.of()
        : Arrays.stream(sources.value().split(",", -1)).map(String::strip).toList();
  }

  private static ConnectTls certificates(View connect, Secrets secrets) {
    Settings settings = new Settings();
    TlsEntries.kafka(settings, "connect.ssl.", connect.view("tls"), secrets::here);
    Map<String, String> texts = new LinkedHashMap<>();
    settings.entries().forEach((name, entry) -> texts.put(name, entry.value()));
    return new ConnectTls(texts, true);
  }

  /** Looks up secrets for Kafka only: a command reads from Kafka but never from the database. */
  private static String forCommand(Given given, Secrets secrets) {
    return given.path().startsWith("kafka.") ? secrets.hereIfKnown(given) : given.raw();
  }

  private void oneDatabase(View site) {
    if (site.has("questdb") && site.has("influxdb")) {
      problems.add(
          Origin.of(site.view("questdb"))
              .problem("cannot be there beside influxdb: one database keeps the history"));
    }
  }

  private void override(Map<String, Entry> settings, String name, Given given, Secrets secrets) {
    if (List.of("name", "connector.class", ConnectorSpec.MARK).contains(name)) {
      problems.add(Origin.of(given).problem("cannot be changed here"));
      return;
    }
    settings.put(name, new Entry(secrets.forConnector(name, given), Origin.of(given)));
  }

  private static boolean isOpen(@Nullable String text) {
    return text != null && text.contains("${");
  }

  /**
   * Runs the service's own check of its settings and reports a problem in the terms of this file.
   */
  private void checkService(Map<String, Entry> service, For purpose) {
    Map<String, String> texts = new LinkedHashMap<>();
    service.forEach((name, entry) -> texts.put(name, entry.value()));
    if (purpose == For.COMMAND) {
      // A command does not look up tokens, so it cannot check their length.
      texts.keySet().removeIf(name -> name.startsWith("http.token.") && isOpen(texts.get(name)));
    }
    try {
      QueryConfig settings = QueryConfig.of(texts);
      if (purpose == For.SERVICE) {
        settings.checkFiles();
      }
    } catch (ConfigException e) {
      String message = String.valueOf(e.getMessage());
      String setting = message.contains(":") ? message.substring(0, message.indexOf(':')) : "";
      Optional<Origin> origin =
          Optional.ofNullable(service.get(setting))
              .flatMap(entry -> Optional.ofNullable(entry.origin()));
      problems.add(
          origin
              .orElse(new Origin("", Place.START))
              .problem(
                  message.replaceFirst(
                      "^" + Pattern.quote(setting) + ": ",
                      origin.isPresent() ? "" : setting + ": ")));
    }
  }
}

package com.voltageems.hissrv.query.site.compile;

import com.voltageems.hissrv.query.site.key.Given;
import com.voltageems.hissrv.query.site.key.View;
import com.voltageems.hissrv.query.site.yaml.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Compiles what is read from Redis: the settings {@code sources} and {@code sources.<alias>....}.
 */
final class Sources {
  private static final List<String> LIVE =
      List.of("comsrv:*", "inst:*", "modsrv:*", "calc:result:*");
  private static final Pattern ARCHIVE = Pattern.compile("archive:([^:*?\\[]+):\\*");

  /** Aliases that this class gives to hashes, channels and windows. */
  private static final Pattern OWN_ALIAS =
      Pattern.compile("(live|updates)[0-9]*|archive[0-9]+[a-z]+");

  private static final Pattern ONE_TYPE = Pattern.compile("(([^:*]+:\\*):)([A-Za-z])");

  private final View site;
  private final List<Problem> problems;
  private final Map<String, Source> sources = new LinkedHashMap<>();

  /**
   * A source being built; {@code what} is a window or a key, or empty if the source has patterns.
   */
  private static final class Source {
    final String type;
    final String what;
    final List<String> patterns = new ArrayList<>();
    final List<String> filter = new ArrayList<>();
    @Nullable Origin origin;
    @Nullable Origin filterOrigin;

    Source(String type, String what, @Nullable Origin origin) {
      this.type = type;
      this.what = what;
      this.origin = origin;
    }
  }

  private Sources(View site, List<Problem> problems) {
    this.site = site;
    this.problems = problems;
  }

  /**
   * Adds the settings.
   *
   * @param windows archives that are read because the file aggregates
   * @param mappings all mappings, including the overlay's
   */
  static void into(
      Settings settings,
      View site,
      Map<String, Optional<Origin>> windows,
      List<View> mappings,
      List<Problem> problems) {
    Sources sources = new Sources(site, problems);
    View redis = site.view("redis");
    boolean named =
        List.of("data_patterns", "patterns", "lists", "streams").stream().anyMatch(redis::has);
    if (named) {
      redis.all("data_patterns").forEach(sources::data);
      redis.all("lists").forEach(given -> sources.keyed("list", given));
      redis.all("streams").forEach(given -> sources.keyed("stream", given));
      redis.all("patterns").forEach(given -> sources.pattern("updates", "pubsub", given));
    } else {
      LIVE.forEach(pattern -> sources.pattern("live", "hash", pattern, null));
      sources.sources.put("pending", new Source("list", "archive:pending", null));
    }
    mappings.forEach(sources::mapped);
    if (!named || site.has("aggregation") || site.has("aggregations")) {
      windows.forEach((name, origin) -> sources.archive(name, origin.orElse(null)));
    }
    for (View filter : site.views("filters")) {
      sources.filter(filter, named);
    }
    sources.write(settings);
  }

  private void data(Given given) {
    String text = given.text();
    Matcher archive = ARCHIVE.matcher(text);
    if (archive.matches() && Windows.isName(archive.group(1))) {
      archive(archive.group(1), Origin.of(given));
    } else if (text.startsWith("archive:") && Globs.isGlob(text)) {
      problems.add(
          Origin.of(given)
              .problem("\"" + text + "\" cannot be used: name the window, such as archive:1m:*"));
    } else if (text.startsWith("archive:")) {
      keyed("list", given);
    } else {
      pattern("live", "hash", given);
    }
  }

  private void archive(String window, @Nullable Origin origin) {
    sources.putIfAbsent("archive" + window, new Source("archive", window, origin));
  }

  private void keyed(String type, Given given) {
    String key = given.text();
    Origin origin = Origin.of(given);
    Optional<Source> same =
        sources.values().stream()
            .filter(one -> one.type.matches("list|stream") && one.what.equals(key))
            .findFirst();
    if (same.isPresent()) {
      String already = "\"" + key + "\" is read already, as a " + same.get().type;
      problems.add(origin.problem(already));
      return;
    }
    String alias =
        key.equals("archive:pending") ? "pending" : key.replaceAll("[^A-Za-z0-9_-]+", "_");
    boolean taken = sources.containsKey(alias) || OWN_ALIAS.matcher(alias).matches();
    sources.put(taken ? free(alias) : alias, new Source(type, key, origin));
  }

  private void pattern(String alias, String type, Given given) {
    pattern(alias, type, given.text(), Origin.of(given));
  }

  private void pattern(String alias, String type, String pattern, @Nullable Origin origin) {
    Source source = sources.computeIfAbsent(alias, name -> new Source(type, "", origin));
    if (!pattern.contains(",")) {
      source.patterns.add(pattern);
    } else if (origin != null) {
      problems.add(origin.problem("\"" + pattern + "\" cannot be used: has a comma"));
    }
  }

  /** Adds the keys of a mapping, unless a pattern already covers them. */
  private void mapped(View mapping) {
    Optional<Given> regex = mapping.given("source_pattern");
    if (regex.isEmpty()) {
      return;
    }
    for (String glob : Globs.ofRegex(regex.get().text())) {
      if (glob.isEmpty() || "*?".indexOf(glob.charAt(0)) >= 0) {
        problems.add(
            Origin.of(regex.get())
                .problem(
                    "\""
                        + regex.get().text()
                        + "\" cannot be used: does not say what the keys begin with, so that every"
                        + " key of Redis would be read"));
      } else if (!glob.startsWith("archive:") && !isRead(glob)) {
        pattern("live", "hash", glob, Origin.of(regex.get()));
      }
    }
  }

  private boolean isRead(String glob) {
    return sources.values().stream()
        .flatMap(source -> source.patterns.stream())
        .anyMatch(pattern -> Globs.covers(pattern, glob));
  }

  private void filter(View filter, boolean named) {
    Optional<Given> given = filter.given("source");
    if (given.isEmpty()) {
      return;
    }
    List<String> conditions = conditions(filter);
    Origin origin = Origin.of(given.get());
    Source target = target(given.get().text(), named, origin);
    if (target == null) {
      List<String> read = new ArrayList<>();
      sources.values().forEach(source -> read.addAll(names(source)));
      problems.add(
          origin.problem(
              "\""
                  + given.get().text()
                  + "\" is not read by itself, so that nothing can be filtered by it; read are "
                  + String.join(", ", read)));
      return;
    }
    target.filter.addAll(conditions);
    target.filterOrigin = origin;
  }

  private static List<String> names(Source source) {
    return switch (source.type) {
      case "archive" -> List.of("archive:" + source.what + ":*");
      case "hash", "pubsub" -> source.patterns;
      default -> List.of(source.what);
    };
  }

  private List<String> conditions(View filter) {
    List<String> conditions = new ArrayList<>();
    for (View condition : filter.views("conditions")) {
      Optional<Given> field = condition.given("field");
      Optional<Given> value = condition.given("value");
      if (field.isEmpty() || value.isEmpty() || condition.given("operator").isEmpty()) {
        continue;
      }
      if (value.get().text().contains(",")) {
        problems.add(Origin.of(value.get()).problem("cannot be used: has a comma"));
      } else if (!field.get().text().matches("[^\\s,]+")) {
        problems.add(Origin.of(field.get()).problem("cannot be used: has a comma or a space"));
      } else {
        conditions.add(
            field.get().text() + " " + condition.text("operator") + " " + value.get().text());
      }
    }
    return conditions;
  }

  /**
   * Returns the source that reads exactly this, split off from a wider one if possible; null if
   * there is none.
   */
  private @Nullable Source target(String wanted, boolean named, Origin origin) {
    for (Source source : sources.values()) {
      if (!names(source).contains(wanted)) {
        continue;
      }
      return source.patterns.size() > 1 ? splitOff(source, wanted, origin) : source;
    }
    Matcher type = ONE_TYPE.matcher(wanted);
    if (named || !type.matches()) {
      return null;
    }
    Source live = sources.get("live");
    if (live == null) {
      return null;
    }
    // Takes comsrv:*:m out of comsrv:*: the rest is comsrv:*:[^m], and after the next type
    // comsrv:*:[^ms].
    String others = type.group(1) + "[^";
    for (int i = 0; i < live.patterns.size(); i++) {
      String pattern = live.patterns.get(i);
      if (pattern.equals(type.group(2))) {
        live.patterns.set(i, others + type.group(3) + "]");
      } else if (pattern.startsWith(others)) {
        live.patterns.set(i, pattern.substring(0, pattern.length() - 1) + type.group(3) + "]");
      } else {
        continue;
      }
      Source source = new Source("hash", "", origin);
      source.patterns.add(wanted);
      sources.put(free("live"), source);
      return source;
    }
    return null;
  }

  private Source splitOff(Source source, String pattern, Origin origin) {
    source.patterns.remove(pattern);
    Source own = new Source(source.type, "", origin);
    own.patterns.add(pattern);
    sources.put(free(source.type.equals("pubsub") ? "updates" : "live"), own);
    return own;
  }

  private String free(String alias) {
    int number = 2;
    while (sources.containsKey(alias + number)) {
      number++;
    }
    return alias + number;
  }

  private void write(Settings settings) {
    settings.put("sources", String.join(",", sources.keySet()));
    sources.forEach(
        (alias, source) -> {
          String prefix = "sources." + alias + ".";
          put(settings, prefix + "type", source.type, source.origin);
          switch (source.type) {
            case "archive" -> put(settings, prefix + "window", source.what, source.origin);
            case "hash", "pubsub" ->
                put(settings, prefix + "pattern", String.join(",", source.patterns), source.origin);
            default -> put(settings, prefix + "key", source.what, source.origin);
          }
          if (!source.filter.isEmpty()) {
            put(settings, prefix + "filter", String.join(",", source.filter), source.filterOrigin);
          }
        });
    if (sources.isEmpty() && problems.isEmpty()) {
      problems.add(new Problem(site.place(), "redis", "nothing is read"));
    }
  }

  private static void put(Settings settings, String name, String value, @Nullable Origin origin) {
    if (origin == null) {
      settings.put(name, value);
    } else {
      settings.put(name, value, origin);
    }
  }
}

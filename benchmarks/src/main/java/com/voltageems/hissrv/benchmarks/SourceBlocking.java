package com.voltageems.hissrv.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.params.XAddParams;
import redis.clients.jedis.resps.Slowlog;

/**
 * Measures the longest time for which one command, script or transaction of the source blocks Redis
 * for other clients, while all kinds of sources catch up with their backlog at the default batch
 * sizes. Uses SLOWLOG, and Redis's latency statistics for transactions, whose total SLOWLOG lacks.
 */
final class SourceBlocking {
  private static final int HASHES = 1000;
  private static final int LARGE_HASHES = 5;
  private static final int LARGE_FIELDS = 5000;
  private static final int OTHER_KEYS = 100_000;
  private static final int ELEMENTS = 20_000;
  private static final int WINDOWS = 10_000;
  private static final int ENTRIES = 10_000;
  private static final int MEGABYTES = 50;

  /** Too long: the source rejects it. */
  private static final String LARGE_ELEMENT =
      "{\"measurement\":\"m\",\"fields\":{\"t\":\"" + "x".repeat(1 << 20) + "\"}}";

  private static final int CHUNK = 500;
  private static final long FIRST_WINDOW = 1_704_067_200L;
  private static final int ROUNDS = 3;

  /** EVALSHA, its hash, the number of keys, four keys and seven arguments. */
  private static final int CLAIM_ARGUMENTS = 14;

  private static final int MAX_SHOWN = 40;

  /** The longest EXEC in microseconds, with only the 100th percentile configured. */
  private static final Pattern LONGEST_EXEC =
      Pattern.compile("latency_percentiles_usec_exec:p100=([0-9.]+)");

  /** The benchmark's own commands. */
  private static final Set<String> OURS = Set.of("INFO", "SLOWLOG", "CONFIG", "FLUSHALL");

  private final SourceRig rig;

  SourceBlocking(SourceRig rig) {
    this.rig = rig;
  }

  void measure() throws InterruptedException {
    Figures.say(
        "all kinds of sources at the default batch sizes: %d hashes of %d points with their times,"
            + " %d of %d fields, among %d other keys; %d list elements of 10 fields, %d indexed"
            + " windows, %d windows without an index and %d stream entries of %d; and in the midst of"
            + " each of list, stream and hashes %d of a megabyte; %d rounds",
        HASHES,
        SourceRig.POINTS,
        LARGE_HASHES,
        LARGE_FIELDS,
        OTHER_KEYS,
        ELEMENTS,
        WINDOWS,
        WINDOWS,
        ENTRIES,
        SourceRig.POINTS,
        MEGABYTES,
        ROUNDS);
    rig.redis.configSet("slowlog-max-len", "1000000");
    preferRedis();
    rig.redis.configSet("latency-tracking-info-percentiles", "100");
    List<Round> rounds = new ArrayList<>();
    for (int round = 1; round <= ROUNDS; round++) {
      rounds.add(round("bench-blocking-" + round));
    }
    report(rounds);
  }

  /**
   * @param slow commands that took longer than half a millisecond, by kind
   * @param transactionMs duration of the longest transaction
   */
  private record Round(Map<String, List<Slowlog>> slow, double transactionMs) {
    /** Returns the longest time of this kind; 0 if no command took more than half a millisecond. */
    double longestMs(String kind) {
      return slow.getOrDefault(kind, List.of()).stream()
              .mapToLong(Slowlog::getExecutionTime)
              .max()
              .orElse(0)
          / 1000.0;
    }
  }

  private Round round(String name) throws InterruptedException {
    rig.redis.configSet("slowlog-log-slower-than", "-1");
    load();
    rig.redis.slowlogReset();
    rig.redis.configResetStat();
    rig.redis.configSet("slowlog-log-slower-than", "500");
    rig.submit(name, config());
    Figures.await(
        "every source to catch up",
        () ->
            counted(name, "list") >= ELEMENTS
                && counted(name, "indexed") >= WINDOWS
                && counted(name, "scanned") >= WINDOWS
                && counted(name, "stream") >= ENTRIES);
    TimeUnit.SECONDS.sleep(Math.max(6, rig.seconds));
    rig.redis.configSet("slowlog-log-slower-than", "-1");
    rig.delete(name);
    Matcher exec = LONGEST_EXEC.matcher(rig.redis.info("latencystats"));
    return new Round(
        rig.redis.slowlogGet(1_000_000).stream()
            .filter(entry -> !OURS.contains(entry.getArgs().get(0).toUpperCase(Locale.ROOT)))
            .collect(Collectors.groupingBy(entry -> kind(entry.getArgs()))),
        exec.find() ? Double.parseDouble(exec.group(1)) / 1000 : 0);
  }

  /**
   * Gives Redis priority over all other processes. The slow log counts wall time, and Redis shares
   * two cores with the worker and the broker: its wait for a core is not the fault of a command.
   * Only root may do this; without it the figures are higher.
   */
  private void preferRedis() throws InterruptedException {
    String pid =
        rig.redis
            .info("server")
            .lines()
            .filter(line -> line.startsWith("process_id:"))
            .map(line -> line.substring(line.indexOf(':') + 1))
            .findFirst()
            .orElseThrow();
    int status;
    try {
      status =
          new ProcessBuilder("renice", "-n", "-20", "-p", pid)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor();
    } catch (IOException e) {
      status = -1;
    }
    Figures.say(
        status == 0
            ? "Redis goes before all other processes"
            : "Redis could not be given precedence: what it waits for a core is in the figures");
  }

  private long counted(String name, String source) {
    return rig.metrics.get(name, source, "records");
  }

  private Map<String, String> config() {
    Map<String, String> config = rig.bareSource();
    config.put("sources", "live,list,indexed,scanned,stream,bus");
    config.put("sources.live.type", "hash");
    config.put("sources.live.pattern", "comsrv:*");
    config.put("sources.list.type", "list");
    config.put("sources.list.key", "archive:pending");
    config.put("sources.indexed.type", "archive");
    config.put("sources.indexed.window", "1m");
    config.put("sources.scanned.type", "archive");
    config.put("sources.scanned.window", "5m");
    config.put("sources.stream.type", "stream");
    config.put("sources.stream.key", "history");
    config.put("sources.bus.type", "pubsub");
    config.put("sources.bus.pattern", "comsrv:*");
    return config;
  }

  private void load() {
    rig.fill(HASHES);
    chunks(OTHER_KEYS, (pipeline, i) -> pipeline.set("other:" + i, "1"));
    chunks(HASHES, (pipeline, i) -> pipeline.hset(SourceRig.hashKey(i) + ":ts", times()));
    chunks(
        LARGE_HASHES,
        (pipeline, i) ->
            pipeline.hset("comsrv:large" + i + ":m", SourceRig.values(LARGE_FIELDS, i)));
    chunks(
        MEGABYTES,
        (pipeline, i) -> pipeline.hset("comsrv:mega" + i + ":m", "1", "x".repeat(1 << 20)));
    // The large ones come after small ones, and more small ones follow them.
    chunks(ELEMENTS / 2, (pipeline, i) -> pipeline.lpush("archive:pending", element(i)));
    chunks(MEGABYTES, (pipeline, i) -> pipeline.lpush("archive:pending", LARGE_ELEMENT));
    chunks(ELEMENTS / 2, (pipeline, i) -> pipeline.lpush("archive:pending", element(i)));
    chunks(WINDOWS, (pipeline, i) -> window(pipeline, "1m", 60, i));
    chunks(WINDOWS, (pipeline, i) -> window(pipeline, "5m", 300, i));
    chunks(ENTRIES / 2, (pipeline, i) -> entry(pipeline, SourceRig.values(SourceRig.POINTS, i)));
    chunks(MEGABYTES, (pipeline, i) -> entry(pipeline, Map.of("json", LARGE_ELEMENT)));
    chunks(ENTRIES / 2, (pipeline, i) -> entry(pipeline, SourceRig.values(SourceRig.POINTS, i)));
  }

  private static void entry(AbstractPipeline pipeline, Map<String, String> fields) {
    pipeline.xadd("history", fields, XAddParams.xAddParams());
  }

  private interface Step {
    void add(AbstractPipeline pipeline, int number);
  }

  private void chunks(int count, Step step) {
    for (int from = 0; from < count; from += CHUNK) {
      try (AbstractPipeline pipeline = rig.redis.pipelined()) {
        for (int i = from; i < Math.min(count, from + CHUNK); i++) {
          step.add(pipeline, i);
        }
        pipeline.sync();
      }
    }
  }

  private static Map<String, String> times() {
    Map<String, String> times = new HashMap<>();
    for (int point = 1; point <= SourceRig.POINTS; point++) {
      times.put(String.valueOf(point), "1704067200000");
    }
    return times;
  }

  private static String element(int number) {
    String fields =
        SourceRig.values(10, number).entrySet().stream()
            .map(field -> "\"" + field.getKey() + "\":" + field.getValue())
            .collect(Collectors.joining(","));
    return "{\"measurement\":\"m\",\"timestamp\":%d,\"tags\":{\"channel\":\"%d\"},\"fields\":{%s}}"
        .formatted(FIRST_WINDOW + number, number % HASHES, fields);
  }

  private static void window(AbstractPipeline pipeline, String length, int seconds, int number) {
    long start = FIRST_WINDOW + number / HASHES * (long) seconds;
    String key = "archive:" + length + ":" + start + ":" + (1001 + number % HASHES);
    pipeline.hset(key, SourceRig.values(SourceRig.POINTS, number));
    if (length.equals("1m")) {
      pipeline.zadd("archive:index:1m", 1.0 + number, key);
    }
  }

  /**
   * Prints the figures. The longest time of a round is caused by a command or by the machine, which
   * sometimes stops everything for some milliseconds, even during an HGETALL of a few fields. It
   * does not stop the same kind of command in two rounds of three, so the figure is the median.
   */
  private static void report(List<Round> rounds) {
    Set<String> kinds = new TreeSet<>();
    rounds.forEach(round -> kinds.addAll(round.slow().keySet()));
    Map<String, double[]> longestOfRounds = new TreeMap<>();
    for (String kind : kinds) {
      double[] longest = rounds.stream().mapToDouble(round -> round.longestMs(kind)).toArray();
      longestOfRounds.put(kind, longest);
      Figures.say(
          "%d of %s took more than 0.5 ms; the longest of each round: %s ms; such as %s",
          rounds.stream()
              .mapToInt(round -> round.slow().getOrDefault(kind, List.of()).size())
              .sum(),
          kind,
          Arrays.toString(longest),
          example(rounds, kind));
    }
    double[] transactions = rounds.stream().mapToDouble(Round::transactionMs).toArray();
    longestOfRounds.put("transaction", transactions);
    Figures.say(
        "the longest transaction, with all its commands, of each round: %s ms",
        Arrays.toString(transactions));
    longestOfRounds.forEach(
        (kind, longest) ->
            Figures.print("source.max_redis_block_ms." + kind, Figures.median(longest), "ms"));
    Figures.print(
        "source.max_redis_block_ms",
        longestOfRounds.values().stream().mapToDouble(Figures::median).max().orElseThrow(),
        "ms");
    Figures.print(
        "source.max_redis_block_ms_with_stalls",
        longestOfRounds.values().stream().flatMapToDouble(Arrays::stream).max().orElseThrow(),
        "ms");
  }

  private static String example(List<Round> rounds, String kind) {
    String text =
        rounds.stream()
            .flatMap(round -> round.slow().getOrDefault(kind, List.of()).stream())
            .max(Comparator.comparingLong(Slowlog::getExecutionTime))
            .map(entry -> String.join(" ", entry.getArgs()))
            .orElseThrow();
    return text.substring(0, Math.min(MAX_SHOWN, text.length()));
  }

  /** Returns the command and the kind of data that it works on. */
  private static String kind(List<String> args) {
    String command = args.get(0).toLowerCase(Locale.ROOT);
    String all = String.join(" ", args);
    return switch (command) {
      case "evalsha", "eval" -> scriptKind(args, all);
      case "hgetall" ->
          all.contains("archive:")
              ? "hgetall_window"
              : all.contains("mega")
                  ? "hgetall_megabyte"
                  : all.contains("large") ? "hgetall_large_hash" : "hgetall_hash";
      case "lpush" -> "list_rejected";
      default -> command;
    };
  }

  private static String scriptKind(List<String> args, String all) {
    if (all.contains("archive:pending")) {
      return args.size() > CLAIM_ARGUMENTS ? "list_release_with_rejected" : "list_claim";
    }
    // A page call has three arguments, a trim call has pairs.
    return all.contains("history")
        ? "stream_page"
        : args.size() % 2 == 1 ? "archive_page" : "archive_trim";
  }
}

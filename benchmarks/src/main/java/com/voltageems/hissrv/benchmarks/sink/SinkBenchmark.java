package com.voltageems.hissrv.benchmarks.sink;

import com.voltageems.hissrv.benchmarks.Figures;
import com.voltageems.hissrv.benchmarks.sink.SinkRig.Round;
import com.voltageems.hissrv.quickstart.Closer;
import com.voltageems.hissrv.quickstart.TemporaryFolder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * Measures records that wait in a topic and pass through one task of the sink into each database,
 * compared with the same lines posted by bare HTTP, and with a worker that only converts and drops
 * them. Rounds of all of them take turns, so that a drift of the machine cancels out. Figures are
 * medians of three rounds.
 */
public final class SinkBenchmark {
  private static final int ROUNDS = 3;
  private static final int[] IN_FLIGHT = {1, 2, 4};

  private final SinkRig rig;

  private SinkBenchmark(SinkRig rig) {
    this.rig = rig;
  }

  public static void main(String[] args) throws Exception {
    boolean isShort = Arrays.asList(args).contains("--short");
    List<SinkForm> forms =
        Stream.of(
                SinkForm.wide(isShort ? 60_000 : 120_000),
                SinkForm.narrow(isShort ? 600_000 : 1_200_000))
            .filter(form -> isWanted(args, form.name()))
            .toList();
    Encoding.measure();
    TemporaryFolder folder = TemporaryFolder.create();
    try (Closer closer = new Closer(folder)) {
      SinkRig rig = SinkRig.start(folder.path(), closer);
      for (SinkForm form : forms) {
        Figures.say(
            "sink: %d lines of %d fields from a topic of 4 partitions, one task",
            form.lines(), form.fields());
        rig.fill(form.jsonTopic(), form.lines(), 1, form::json);
        rig.fill(form.lineTopic(), form.lines(), form.linesARecord(), form::lines);
      }
      for (SinkTarget target :
          SinkTarget.start(name -> isWanted(args, name), folder.path(), closer)) {
        SinkBenchmark benchmark = new SinkBenchmark(rig);
        for (SinkForm form : forms) {
          benchmark.measure(target, form);
        }
        Figures.print("sink.heap_mb." + target.name, rig.heap(target, forms.get(0)), "MB");
      }
    }
  }

  /** Returns whether {@code --without} does not name it. */
  private static boolean isWanted(String[] args, String name) {
    return !Arrays.asList(args).contains("--without=" + name);
  }

  private void measure(SinkTarget target, SinkForm form)
      throws InterruptedException, ExecutionException {
    List<byte[]> requests = form.requests();
    SinkRig.bare(target, form, requests, 2); // warms up the database
    int threads = 1;
    double best = 0;
    for (int inFlight : IN_FLIGHT) {
      double rate = SinkRig.bare(target, form, requests, inFlight);
      threads = rate > best ? inFlight : threads;
      best = Math.max(best, rate);
    }
    int writers = writers(target, form, form.json());
    int lineWriters = writers(target, form, form.ready());
    List<Double> bare = new ArrayList<>();
    List<Double> discard = new ArrayList<>();
    List<Round> json = new ArrayList<>();
    List<Round> ready = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      bare.add(SinkRig.bare(target, form, requests, threads));
      json.add(rig.sink(target, form, form.json(), writers));
      discard.add(rig.discard(form));
      ready.add(rig.sink(target, form, form.ready(), lineWriters));
    }
    Figures.say(
        "%s, %s: %d bare requests in flight, write.workers=%d, for lines ready to post %d",
        target.name, form.name(), threads, writers, lineWriters);
    print(target, form, median(bare, rate -> rate), median(discard, rate -> rate), json, ready);
  }

  /** Returns the number of requests in flight at which the sink is fastest. */
  private int writers(SinkTarget target, SinkForm form, Map<String, String> reading)
      throws InterruptedException {
    int writers = 1;
    double best = 0;
    for (int inFlight : IN_FLIGHT) {
      double rate = rig.sink(target, form, reading, inFlight).linesPerSecond();
      writers = rate > best ? inFlight : writers;
      best = Math.max(best, rate);
    }
    return writers;
  }

  private static void print(
      SinkTarget target,
      SinkForm form,
      double bare,
      double discard,
      List<Round> json,
      List<Round> ready) {
    String of = "." + form.name() + "." + target.name;
    int fields = form.fields();
    double sink = median(json, Round::linesPerSecond);
    double lines = median(ready, Round::linesPerSecond);
    Figures.print("sink.bare_points_per_s" + of, bare * fields, "points/s");
    Figures.print("sink.discard_points_per_s" + of, discard * fields, "points/s");
    Figures.print("sink.points_per_s" + of, sink * fields, "points/s");
    Figures.print("sink.vs_bare_post" + of, sink / bare, "ratio");
    Figures.print("sink.vs_limit" + of, sink / Math.min(bare, discard), "ratio");
    Figures.print("sink.vs_parts" + of, sink * (1 / bare + 1 / discard), "ratio");
    Figures.print("sink.ready_points_per_s" + of, lines * fields, "points/s");
    Figures.print("sink.ready_vs_bare_post" + of, lines / bare, "ratio");
    cpu("sink.cpu_us_a_point", of, json, fields);
    cpu("sink.ready_cpu_us_a_point", of, ready, fields);
  }

  private static void cpu(String name, String of, List<Round> rounds, int fields) {
    Figures.print(name + ".worker" + of, median(rounds, Round::workerMicros) / fields, "us");
    Figures.print(name + ".database" + of, median(rounds, Round::databaseMicros) / fields, "us");
  }

  private static <T> double median(List<T> rounds, ToDoubleFunction<T> figure) {
    return Figures.median(rounds.stream().mapToDouble(figure).toArray());
  }
}

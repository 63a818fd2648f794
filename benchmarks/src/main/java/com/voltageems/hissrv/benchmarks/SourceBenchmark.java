package com.voltageems.hissrv.benchmarks;

import com.voltageems.hissrv.quickstart.Closer;
import com.voltageems.hissrv.quickstart.TemporaryFolder;
import java.util.List;

/**
 * Measures the Redis source in a real worker with the JSON converter and one task; 1,000 channels
 * of 50 points unless a figure says otherwise. Each group of figures has its own class; they share
 * {@link SourceRig}. A second argument selects the group of that name.
 */
public final class SourceBenchmark {
  private SourceBenchmark() {}

  private interface Group {
    void measure(SourceRig rig) throws Exception;
  }

  private record Named(String name, Group group) {}

  public static void main(String[] args) throws Exception {
    List<String> arguments = List.of(args);
    boolean isShort = arguments.contains("--short");
    List<String> wanted = arguments.stream().filter(each -> !each.startsWith("--")).toList();
    List<Named> groups =
        List.of(
            new Named("throughput", rig -> new SourceThroughput(rig).measure()),
            new Named("idle", rig -> new SourceIdle(rig).measure()),
            new Named("pubsub", rig -> new SourcePubSub(rig).measure()),
            new Named("reading", rig -> new SourceReading(rig).measure()),
            new Named("blocking", rig -> new SourceBlocking(rig).measure()));
    TemporaryFolder folder = TemporaryFolder.create();
    try (Closer closer = new Closer(folder)) {
      SourceRig rig = SourceRig.start(folder.path(), isShort ? 3 : 10, closer);
      for (Named each : groups) {
        if (wanted.isEmpty() || wanted.contains(each.name())) {
          each.group().measure(rig);
        }
      }
    }
  }
}

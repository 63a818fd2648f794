package com.voltageems.hissrv.query.site.plan;

import com.voltageems.hissrv.query.site.compile.Compiled;
import com.voltageems.hissrv.query.site.compile.ConnectorSpec;
import com.voltageems.hissrv.query.site.plan.Change.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The difference between what a file asks for and what runs.
 *
 * @param changes one for each connector that the file names, or that was created from it earlier;
 *     removals come first
 */
public record Plan(List<Change> changes) {
  public Plan {
    changes = List.copyOf(changes);
  }

  /**
   * Compares the file with the cluster.
   *
   * @param running the settings of all connectors of the cluster, by name
   * @param adopt whether the file may take over connectors that were not created from it
   */
  public static Plan of(Compiled wanted, Map<String, Map<String, String>> running, boolean adopt) {
    List<Change> changes = new ArrayList<>();
    Set<String> names =
        wanted.connectors().stream().map(ConnectorSpec::name).collect(Collectors.toSet());
    for (String name : new TreeSet<>(running.keySet())) {
      if (!names.contains(name) && isOurs(wanted, running.get(name))) {
        changes.add(new Change(Kind.DELETE, name, List.of()));
      }
    }
    for (ConnectorSpec connector : wanted.connectors()) {
      Map<String, String> before = running.get(connector.name());
      List<Change.Setting> settings =
          differences(before == null ? Map.of() : before, connector.config());
      Kind kind =
          before == null
              ? Kind.CREATE
              : !isOurs(wanted, before) && !adopt
                  ? Kind.FOREIGN
                  : settings.isEmpty() ? Kind.NONE : Kind.UPDATE;
      changes.add(new Change(kind, connector.name(), settings));
    }
    return new Plan(changes);
  }

  private static boolean isOurs(Compiled wanted, @Nullable Map<String, String> config) {
    return config != null && wanted.mark().equals(config.get(ConnectorSpec.MARK));
  }

  private static List<Change.Setting> differences(
      Map<String, String> before, Map<String, String> after) {
    Set<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    // Connect adds this setting.
    names.remove("name");
    List<Change.Setting> settings = new ArrayList<>();
    for (String name : names) {
      String old = before.get(name);
      String now = after.get(name);
      if (old == null || !old.equals(now)) {
        settings.add(new Change.Setting(name, old, now));
      }
    }
    return settings;
  }

  /**
   * Returns whether applying would change nothing; false if a connector created elsewhere is in the
   * way.
   */
  public boolean isEmpty() {
    return changes.stream().allMatch(change -> change.kind() == Kind.NONE);
  }

  public List<Change> of(Kind kind) {
    return changes.stream().filter(change -> change.kind() == kind).toList();
  }

  /** Returns the changes as lines for people, without secrets. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (Change change : changes) {
      switch (change.kind()) {
        case NONE -> lines.add("  " + change.connector() + ": no change");
        case DELETE ->
            lines.add("- " + change.connector() + ": remove; the file no longer names it");
        case FOREIGN ->
            lines.add(
                "! "
                    + change.connector()
                    + ": is there, but was not created from this file; --adopt takes it over");
        case CREATE -> lines.add("+ " + change.connector() + ": create");
        case UPDATE -> lines.add("~ " + change.connector() + ": change");
      }
      if (change.kind() != Kind.DELETE) {
        change.settings().forEach(setting -> lines.add("    " + line(setting)));
      }
    }
    return lines;
  }

  private static String line(Change.Setting setting) {
    String name = setting.name();
    String before = setting.before();
    String after = setting.after();
    if (before == null) {
      return "+ " + name + " = " + Masking.shown(name, String.valueOf(after));
    }
    if (after == null) {
      return "- " + name + " = " + Masking.shown(name, before);
    }
    return "~ " + name + " = " + Masking.shown(name, before) + " -> " + Masking.shown(name, after);
  }
}

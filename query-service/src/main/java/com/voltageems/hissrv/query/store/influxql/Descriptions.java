package com.voltageems.hissrv.query.store.influxql;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.StoreException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the descriptions of measurements from the database. */
final class Descriptions {
  private final InfluxQlClient client;
  private final List<String> policies;
  private final @Nullable Mapping mapping;

  /**
   * What has to be so for a bucket {@code database/policy} of InfluxDB 2.x: otherwise InfluxQL
   * reads another bucket of that database.
   *
   * @param policy the database's default retention policy
   * @param missing what to say if it is not
   */
  record Mapping(String policy, String missing) {}

  Descriptions(InfluxQlClient client, List<String> policies) {
    this(client, policies, null);
  }

  Descriptions(InfluxQlClient client, List<String> policies, @Nullable Mapping mapping) {
    this.client = client;
    this.policies = policies;
    this.mapping = mapping;
  }

  private void checkMapping(Deadline deadline) {
    if (mapping == null) {
      return;
    }
    AtomicBoolean isSo = new AtomicBoolean();
    client.run(
        show("SHOW RETENTION POLICIES"),
        deadline,
        (head, values) -> {
          int isDefault = head.columns().indexOf("default");
          if (mapping.policy().equals(values[0])
              && isDefault >= 0
              && Boolean.TRUE.equals(values[isDefault])) {
            isSo.set(true);
          }
          return true;
        });
    if (!isSo.get()) {
      throw new StoreException(
          StoreException.Kind.MISSING,
          mapping.missing(),
          new IOException("no default policy " + mapping.policy()));
    }
  }

  /**
   * Returns all measurements with one query for fields and one for tags; each part of the answer
   * names its measurement. Does not use SHOW MEASUREMENTS, which also lists those of other
   * retention policies, which would be empty here.
   */
  List<Measurement> all(Deadline deadline) {
    checkMapping(deadline);
    String from =
        policies.isEmpty()
            ? ""
            : policies.stream()
                .map(policy -> InfluxQlBuilder.name(policy) + "./.*/")
                .collect(Collectors.joining(", ", " FROM ", ""));
    Map<String, Map<String, Field>> fields = fields(from, deadline);
    Map<String, Set<String>> tags = tags(from, deadline);
    return fields.keySet().stream().map(name -> measurement(name, tags, fields)).toList();
  }

  Optional<Measurement> one(String name, Deadline deadline) {
    if (name.indexOf('\0') >= 0) {
      // It would end the statement, and no measurement's name can contain it.
      return Optional.empty();
    }
    checkMapping(deadline);
    String from = " FROM " + InfluxQlBuilder.from(name, policies);
    Map<String, Map<String, Field>> fields = fields(from, deadline);
    if (!fields.containsKey(name)) {
      return Optional.empty();
    }
    return Optional.of(measurement(name, tags(from, deadline), fields));
  }

  private static InfluxQl show(String text) {
    return new InfluxQl(text, List.of(), List.of());
  }

  private Map<String, Set<String>> tags(String from, Deadline deadline) {
    Map<String, Set<String>> tags = new TreeMap<>();
    client.run(
        show("SHOW TAG KEYS" + from),
        deadline,
        (head, values) -> {
          tags.computeIfAbsent(head.name(), key -> new TreeSet<>()).add(String.valueOf(values[0]));
          return true;
        });
    return tags;
  }

  private Map<String, Map<String, Field>> fields(String from, Deadline deadline) {
    Map<String, Map<String, Field>> fields = new TreeMap<>();
    client.run(
        show("SHOW FIELD KEYS" + from),
        deadline,
        (head, values) -> {
          String name = String.valueOf(values[0]);
          fields
              .computeIfAbsent(head.name(), key -> new LinkedHashMap<>())
              .merge(name, new Field(name, kind(String.valueOf(values[1]))), Descriptions::both);
          return true;
        });
    return fields;
  }

  private static Field.Kind kind(String type) {
    return switch (type) {
      case "string" -> Field.Kind.TEXT;
      case "boolean" -> Field.Kind.FLAG;
      case "integer" -> Field.Kind.INTEGER;
      default -> Field.Kind.NUMBER;
    };
  }

  /** Merges two types of a field, which may differ between shards. */
  private static Field both(Field one, Field other) {
    if (one.kind() == other.kind()) {
      return one;
    }
    boolean numbers =
        one.isNumeric()
            && other.isNumeric()
            && one.kind() != Field.Kind.MIXED
            && other.kind() != Field.Kind.MIXED;
    return new Field(one.name(), numbers ? Field.Kind.NUMBER : Field.Kind.MIXED);
  }

  private static Measurement measurement(
      String name, Map<String, Set<String>> tags, Map<String, Map<String, Field>> fields) {
    return new Measurement(
        name,
        List.copyOf(tags.getOrDefault(name, Set.of())),
        List.copyOf(fields.getOrDefault(name, Map.of()).values()));
  }
}

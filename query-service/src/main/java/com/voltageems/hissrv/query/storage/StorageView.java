package com.voltageems.hissrv.query.storage;

import com.voltageems.hissrv.query.storage.plan.Lengths;
import com.voltageems.hissrv.query.storage.plan.Output;
import com.voltageems.hissrv.query.storage.plan.Policy;
import com.voltageems.hissrv.query.storage.plan.Task;
import com.voltageems.hissrv.query.store.tier.Place;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Builds the answer to {@code GET /storage} as JSON-like values. Pure. */
final class StorageView {
  private StorageView() {}

  static Map<String, @Nullable Object> desk(StorageDesk desk) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("managed", desk.isConfigured() && desk.isManaged());
    json.put("mine", desk.isMine());
    json.put(
        "message",
        !desk.isConfigured()
            ? "hissrv.yml says nothing under retention and downsampling"
            : desk.isManaged() ? null : "how this database keeps its data is not managed here");
    json.put(
        "policies",
        desk.policies().stream().map(one -> policy(one.because(desk.unset()))).toList());
    json.put("tasks", desk.tasks().stream().map(StorageView::task).toList());
    json.put("backfills", desk.backfills().stream().map(StorageView::backfill).toList());
    return json;
  }

  static Map<String, @Nullable Object> policy(PolicyState state) {
    Policy policy = state.policy();
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("name", policy.name());
    json.put("samples", state.raw());
    json.put("state", state.state().text());
    json.put("message", state.message());
    Map<String, @Nullable Object> wanted = new LinkedHashMap<>();
    wanted.put("duration", policy.keep() == null && state.raw() ? null : text(policy.keep()));
    wanted.put("shard_duration", policy.shard() == null ? null : text(policy.shard()));
    wanted.put("replication", policy.replication() == 0 ? null : policy.replication());
    wanted.put("measurements", policy.measurements());
    json.put("wanted", wanted);
    json.put("actual", state.places().stream().map(StorageView::place).toList());
    json.put("bytes", state.bytes());
    if (state.state() == PolicyState.State.PENDING) {
      Map<String, @Nullable Object> confirm = new LinkedHashMap<>();
      confirm.put("policy", policy.name());
      confirm.put("duration", text(policy.keep()));
      json.put("confirm", confirm);
    }
    return json;
  }

  private static Map<String, @Nullable Object> place(Place place) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("place", place.name());
    json.put("exists", place.exists());
    json.put("duration", place.exists() ? text(place.keep()) : null);
    json.put("shard_duration", place.shard() == null ? null : text(place.shard()));
    json.put("bytes", place.bytes());
    return json;
  }

  private static String text(@Nullable Duration length) {
    return Lengths.text(length);
  }

  static Map<String, @Nullable Object> task(TaskState state) {
    Task task = state.task();
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("name", task.name());
    json.put("source", task.source());
    json.put("target", task.target());
    json.put("interval", task.interval());
    json.put("aggregations", outputs(task.outputs()));
    json.put("state", state.state().text());
    json.put("message", state.message());
    Coverage coverage = state.coverage();
    json.put("computed_until", coverage.isEmpty() ? null : time(coverage.last().end()));
    json.put("behind_s", state.behindMillis() / 1000);
    json.put("late_data_until", state.lookedBack() == 0 ? null : time(state.lookedBack()));
    json.put("computed", ranges(coverage));
    json.put("computed_otherwise", state.earlier().stream().map(StorageView::earlier).toList());
    json.put("windows", state.windows());
    json.put("rows", state.rows());
    json.put("rows_written", state.written());
    json.put("failures", state.failures());
    json.put("left_out", state.leftOut().stream().sorted().toList());
    return json;
  }

  private static Map<String, @Nullable Object> earlier(TaskState.Held held) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("source", held.make().source());
    json.put("aggregations", outputs(held.make().outputs()));
    json.put("measurements", held.make().measurements());
    json.put("computed", ranges(held.coverage()));
    return json;
  }

  private static List<Map<String, @Nullable Object>> ranges(Coverage coverage) {
    return coverage.ranges().stream().map(one -> range(one.start(), one.end())).toList();
  }

  private static List<Object> outputs(List<Output> all) {
    List<Object> outputs = new ArrayList<>();
    for (Output output : all) {
      Map<String, @Nullable Object> one = new LinkedHashMap<>();
      one.put("function", output.function().text());
      one.put("alias", output.alias());
      outputs.add(one);
    }
    return outputs;
  }

  static Map<String, @Nullable Object> backfill(Backfill backfill) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("id", backfill.id());
    json.put("task", backfill.task());
    json.putAll(range(backfill.start(), backfill.end()));
    json.put("created", time(backfill.created()));
    json.put("state", backfill.state().text());
    json.put("at", time(backfill.at()));
    json.put("progress", backfill.progress());
    json.put("rows_written", backfill.rows());
    json.put("message", backfill.error());
    return json;
  }

  private static Map<String, @Nullable Object> range(long start, long end) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("start", time(start));
    json.put("end", time(end));
    return json;
  }

  private static String time(long millis) {
    return Instant.ofEpochMilli(millis).toString();
  }
}

package com.voltageems.hissrv.query.store.influxql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.tier.Place;
import com.voltageems.hissrv.query.store.tier.Tier;
import com.voltageems.hissrv.query.store.tier.Wish;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tiers in InfluxDB 2.x: buckets. The copy of the bucket {@code ems} that belongs to the policy
 * {@code hourly} is the bucket {@code ems.hourly}. A bucket {@code ems/hourly}, which InfluxQL
 * treats as a retention policy of {@code ems}, would have no tags: {@code SHOW TAG KEYS} of 2.7
 * looks only at the default policy. So the copies of a bucket with a slash in its name, as an
 * upgrade from 1.x makes them, have a dot instead.
 */
final class InfluxDb2Tiers extends InfluxTiers {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String RIGHTS = "influxdb.token";
  private static final Pattern SIZE =
      Pattern.compile("(?m)^storage_shard_disk_size\\{bucket=\"([0-9a-f]+)\"[^}]*} ([0-9.e+]+)$");

  private final InfluxLink link;
  private final String bucket;
  private final String token;
  private final InfluxHttp http;
  private final InfluxHttp compatible;

  InfluxDb2Tiers(InfluxLink link, String bucket, String token) {
    this.link = link;
    this.bucket = bucket;
    this.token = token;
    this.http = new InfluxHttp(link, "Token " + token, RIGHTS);
    this.compatible = new InfluxHttp(link, InfluxQlStore.compatible(token), RIGHTS);
  }

  @Override
  public Optional<String> refusal(Wish wish, Deadline deadline) {
    if (wish.tier().isRaw() && !wish.measurements().isEmpty()) {
      return Optional.of("measurements: a bucket keeps all its measurements alike; leave it out");
    }
    if (wish.copies() > 1) {
      return Optional.of("replication: InfluxDB 2 keeps one copy; write 1");
    }
    return Optional.empty();
  }

  private String name(Tier tier) {
    return tier.isRaw() ? bucket : bucket.replace('/', '.') + "." + tier.policy();
  }

  @Override
  public List<Place> places(Wish wish, Deadline deadline) {
    String name = name(wish.tier());
    JsonNode found = find(name, deadline);
    if (found == null) {
      return List.of(Place.missing(name));
    }
    JsonNode rule = found.path("retentionRules").path(0);
    long keep = rule.path("everySeconds").asLong();
    long shard = rule.path("shardGroupDurationSeconds").asLong();
    return List.of(
        new Place(
            name,
            true,
            keep == 0 ? null : Duration.ofSeconds(keep),
            shard == 0 ? null : Duration.ofSeconds(shard),
            1,
            size(found.path("id").asText(), deadline)));
  }

  private @Nullable JsonNode find(String name, Deadline deadline) {
    InfluxHttp.Answer response =
        http.send("GET", "/api/v2/buckets?name=" + InfluxHttp.encode(name), "", deadline);
    if (response.status() == 404) {
      if (response.header("X-Influxdb-Version").startsWith("1.")) {
        throw new StoreException(
            StoreException.Kind.FAILED,
            "InfluxDB 1.x has retention policies instead of buckets: set influxdb.version to 1",
            new IOException("/api/v2/buckets: status 404"));
      }
      return null;
    }
    String body =
        response.status() == 200
            ? response.body()
            : http.done(
                "GET",
                "/api/v2/buckets?name=" + InfluxHttp.encode(name),
                "",
                "tell about the bucket " + name,
                deadline);
    JsonNode found = json(body).path("buckets").path(0);
    return found.isMissingNode() ? null : found;
  }

  private static JsonNode json(String body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new StoreException(StoreException.Kind.FAILED, "InfluxDB answered with no JSON", e);
    }
  }

  /**
   * Returns the size of the bucket's shards from the server's metrics; null if the metrics are not
   * accessible.
   */
  private @Nullable Long size(String id, Deadline deadline) {
    InfluxHttp.Answer response = http.send("GET", "/metrics", "", deadline);
    if (response.status() != 200) {
      return null;
    }
    long bytes = 0;
    Matcher matcher = SIZE.matcher(response.body());
    while (matcher.find()) {
      if (id.equals(matcher.group(1))) {
        bytes += (long) Double.parseDouble(matcher.group(2));
      }
    }
    return bytes;
  }

  @Override
  public void keep(Wish wish, Place place, Deadline deadline) {
    ObjectNode body = JSON.createObjectNode();
    Duration keep = wish.keep();
    Duration shard = shard(wish, place);
    ObjectNode rule = body.putArray("retentionRules").addObject();
    rule.put("type", "expire");
    rule.put("everySeconds", keep == null ? 0 : keep.toSeconds());
    if (shard != null) {
      rule.put("shardGroupDurationSeconds", shard.toSeconds());
    }
    if (place.exists()) {
      JsonNode found = find(place.name(), deadline);
      if (found == null) {
        throw new StoreException(
            StoreException.Kind.FAILED,
            "InfluxDB has no bucket " + place.name() + " any more",
            new IOException("not found"));
      }
      String unused =
          http.done(
              "PATCH",
              "/api/v2/buckets/" + found.path("id").asText(),
              body.toString(),
              "change the bucket " + place.name(),
              deadline);
      return;
    }
    JsonNode samples = find(bucket, deadline);
    if (samples == null) {
      throw new StoreException(
          StoreException.Kind.FAILED,
          "InfluxDB has no bucket " + bucket + " (influxdb.bucket) that " + RIGHTS + " may see",
          new IOException("not found"));
    }
    body.put("orgID", samples.path("orgID").asText());
    body.put("name", place.name());
    body.put("description", "Coarser copy of " + bucket + ", made by hissrv");
    InfluxHttp.Answer made = http.send("POST", "/api/v2/buckets", body.toString(), deadline);
    if (!isAsWished(made, place.name(), rule, deadline)) {
      String unused = http.checked(made, "make the bucket " + place.name());
    }
  }

  /**
   * Returns true if the bucket exists because the client repeated a request that had succeeded
   * before its connection broke. A bucket that somebody else has created with another retention is
   * checked the next time, as any existing bucket.
   */
  private boolean isAsWished(
      InfluxHttp.Answer made, String name, ObjectNode rule, Deadline deadline) {
    if (made.status() != 422 || !made.body().contains("already exists")) {
      return false;
    }
    JsonNode found = find(name, deadline);
    return found != null
        && found.path("retentionRules").path(0).path("everySeconds").asLong()
            == rule.path("everySeconds").asLong();
  }

  @Override
  public void cancel(Thread caller) {
    link.cancel(caller);
  }

  @Override
  HistoryStore open(Tier tier) {
    return InfluxQlStore.bucket(link, name(tier), token, "influxdb.bucket", RIGHTS, null);
  }

  @Override
  void write(Tier tier, String lines, Deadline deadline) {
    String unused =
        compatible.done(
            "POST",
            "/write?precision=ms&db=" + InfluxHttp.encode(name(tier)),
            lines,
            "write into the bucket " + name(tier),
            deadline);
  }
}

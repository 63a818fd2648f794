package com.voltageems.hissrv.influx.http;

import com.influxdb.client.InfluxDBClient;
import com.influxdb.client.OrganizationsQuery;
import com.influxdb.client.domain.Bucket;
import com.influxdb.client.domain.BucketRetentionRules;
import com.influxdb.client.domain.Organization;
import com.influxdb.exceptions.InfluxException;
import com.voltageems.hissrv.influx.answer.WriteOutcome;
import com.voltageems.hissrv.influx.config.DatabaseSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Creator of missing buckets of InfluxDB 2. */
final class Buckets {
  private static final String CREATE = DatabaseSettings.BUCKET_CREATE.name();

  private final InfluxDBClient client;
  private final String org;
  private final Optional<Duration> retention;

  /**
   * @param retention how long points are kept; empty for no limit
   */
  Buckets(InfluxDBClient client, @Nullable String org, Optional<Duration> retention) {
    this.client = client;
    this.org = org == null ? "" : org;
    this.retention = retention;
  }

  /** Creates a bucket; returns {@link WriteOutcome.Written} if the bucket exists now. */
  WriteOutcome create(String name) {
    try {
      String id = organisation();
      if (id == null) {
        return unseen(name);
      }
      Bucket bucket = new Bucket();
      bucket.setName(name);
      bucket.setOrgID(id);
      BucketRetentionRules rules = new BucketRetentionRules();
      rules.setEverySeconds(Math.toIntExact(retention.orElse(Duration.ZERO).toSeconds()));
      bucket.setRetentionRules(List.of(rules));
      client.getBucketsApi().createBucket(bucket);
      return new WriteOutcome.Written();
    } catch (InfluxException e) {
      return refused(name, e);
    }
  }

  private WriteOutcome refused(String name, InfluxException e) {
    String message = String.valueOf(e.getMessage());
    if (message.contains("already exists")) {
      return new WriteOutcome.Written(); // another task was faster
    }
    String reason = "the bucket '" + name + "' could not be created: " + message;
    return switch (e.status()) {
      case 401, 403 ->
          new WriteOutcome.Fatal(
              reason
                  + "; check that influxdb.token may create buckets, or create it and leave out "
                  + CREATE,
              DatabaseSettings.TOKEN.name());
      case 400, 404, 422 -> new WriteOutcome.Fatal(reason + "; check " + CREATE, CREATE);
      default -> new WriteOutcome.Retry(null, reason);
    };
  }

  /**
   * Creates nothing; returns {@link WriteOutcome.Written} if the token may see the organisation,
   * without which no bucket can be created.
   */
  WriteOutcome mayCreate(String name) {
    try {
      return organisation() == null ? unseen(name) : new WriteOutcome.Written();
    } catch (InfluxException e) {
      return new WriteOutcome.Retry(
          null, "whether the bucket '" + name + "' can be created is unknown: " + e.getMessage());
    }
  }

  /**
   * Returns the organisation's id; null if the token may not read it. InfluxDB leaves it out then,
   * or refuses the question.
   */
  private @Nullable String organisation() {
    OrganizationsQuery query = new OrganizationsQuery();
    query.setOrg(org);
    try {
      List<Organization> found = client.getOrganizationsApi().findOrganizations(query);
      return found.isEmpty() ? null : found.get(0).getId();
    } catch (InfluxException e) {
      if (e.status() == 401 || e.status() == 403 || e.status() == 404) {
        return null;
      }
      throw e;
    }
  }

  /** The organisation exists: a write to it was told that it has no such bucket. */
  private WriteOutcome.Fatal unseen(String name) {
    return new WriteOutcome.Fatal(
        "influxdb.token may not read the organisation '"
            + org
            + "', which creating the bucket '"
            + name
            + "' needs: give it the right to read the organisation and to create buckets, or create"
            + " the bucket and leave out "
            + CREATE,
        DatabaseSettings.TOKEN.name());
  }
}

package com.voltageems.hissrv.influx.batch;

import org.jspecify.annotations.Nullable;

/**
 * Where in the database a line is written.
 *
 * @param bucket the bucket (version 2) or the database (version 1)
 * @param retentionPolicy version 1 only; null for the database's default
 */
public record Destination(String bucket, @Nullable String retentionPolicy) {
  @Override
  public String toString() {
    return retentionPolicy == null ? bucket : bucket + "/" + retentionPolicy;
  }
}

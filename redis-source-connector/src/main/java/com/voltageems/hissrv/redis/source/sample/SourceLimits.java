package com.voltageems.hissrv.redis.source.sample;

/**
 * Limits that all sources of a task share.
 *
 * @param maxBatchBytes approximate limit for the raw values taken from Redis for one batch
 * @param maxValueBytes longer values are rejected
 * @param maxRecordBytes approximate limit for the bytes of a record's value as JSON; a larger
 *     sample becomes several records
 */
public record SourceLimits(
    int maxBatchBytes, int maxValueBytes, int maxRecordBytes, NonFinite nonFinite) {
  private static final int MOST_NAME = 100;

  /** Returns why a field's value is rejected, for people. */
  public String tooLong(String field, int bytes) {
    String name = field.length() <= MOST_NAME ? field : field.substring(0, MOST_NAME) + "…";
    return "field "
        + name
        + " has "
        + bytes
        + " bytes, more than value.max.bytes ("
        + maxValueBytes
        + ")";
  }
}

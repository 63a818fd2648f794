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
    int maxBatchBytes, int maxValueBytes, int maxRecordBytes, NonFinite nonFinite) {}

package com.voltageems.hissrv.redis.source.sample;

/**
 * Limits that all sources of a task share.
 *
 * @param maxBatchBytes approximate limit for the raw values taken from Redis for one batch
 * @param maxValueBytes longer values are rejected
 */
public record SourceLimits(int maxBatchBytes, int maxValueBytes, NonFinite nonFinite) {}

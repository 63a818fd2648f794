package com.voltageems.hissrv.redis.source.sample;

/**
 * Bounds that all sources of a task share.
 *
 * @param maxBatchBytes of raw values taken from Redis for one batch, about
 * @param maxValueBytes longer values are rejected
 */
public record SourceLimits(int maxBatchBytes, int maxValueBytes, NonFinite nonFinite) {}

package com.voltageems.hissrv.redis.source;

/**
 * Bounds that all sources of a task share.
 *
 * @param maxBatchBytes of raw values taken from Redis for one batch, about
 * @param maxValueBytes longer values are rejected
 */
record SourceLimits(int maxBatchBytes, int maxValueBytes, NonFinite nonFinite) {}

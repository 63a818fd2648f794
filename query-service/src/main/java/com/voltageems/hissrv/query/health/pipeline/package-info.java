/**
 * Shows whether the data in Redis arrives in the database, by means of Kafka: committed offsets and
 * their metadata for the sink, the status topic for the source.
 */
@NullMarked
package com.voltageems.hissrv.query.health.pipeline;

import org.jspecify.annotations.NullMarked;

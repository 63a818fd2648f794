/**
 * Redis source for Kafka Connect: hashes, lists, window archives, channels and streams become
 * samples.
 */
@NullMarked
package com.voltageems.hissrv.redis.source;

import org.jspecify.annotations.NullMarked;

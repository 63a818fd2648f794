/**
 * Samples: from keys, texts and JSON to the record between the connectors. Pure except for the
 * counters.
 */
@NullMarked
package com.voltageems.hissrv.redis.source.sample;

import org.jspecify.annotations.NullMarked;

/** Connections to Redis: commands, scripts, scans, subscriptions. Knows no setting and no Kafka. */
@NullMarked
package com.voltageems.hissrv.redis.source.link;

import org.jspecify.annotations.NullMarked;

/**
 * What the sources ask of Redis: commands, scripts, scans, errors. Of Jedis it uses only {@code
 * HostAndPort}, and of Kafka only {@code Password} and {@code ConnectException}.
 */
@NullMarked
package com.voltageems.hissrv.redis.source.link;

import org.jspecify.annotations.NullMarked;

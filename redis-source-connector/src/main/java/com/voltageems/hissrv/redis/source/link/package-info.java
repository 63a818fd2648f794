/** What is asked of Redis: commands, scripts, scans, errors. Knows no client and no Kafka. */
@NullMarked
package com.voltageems.hissrv.redis.source.link;

import org.jspecify.annotations.NullMarked;

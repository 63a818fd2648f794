/** Source type {@code pubsub}: channels by pattern. */
@NullMarked
package com.voltageems.hissrv.redis.source.pubsub;

import org.jspecify.annotations.NullMarked;

/** Source type {@code pubsub}: channels, subscribed by pattern. */
@NullMarked
package com.voltageems.hissrv.redis.source.pubsub;

import org.jspecify.annotations.NullMarked;

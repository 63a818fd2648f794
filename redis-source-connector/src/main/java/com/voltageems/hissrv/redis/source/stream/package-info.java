/** Source type {@code stream}: entries of a Redis stream. */
@NullMarked
package com.voltageems.hissrv.redis.source.stream;

import org.jspecify.annotations.NullMarked;

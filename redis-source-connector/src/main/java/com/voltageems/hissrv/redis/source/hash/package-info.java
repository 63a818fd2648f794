/** Source type {@code hash}: live hashes, polled. */
@NullMarked
package com.voltageems.hissrv.redis.source.hash;

import org.jspecify.annotations.NullMarked;

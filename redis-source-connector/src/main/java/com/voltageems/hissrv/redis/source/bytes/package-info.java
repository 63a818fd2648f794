/** Bytes as Redis sends them, and as keys of a map. */
@NullMarked
package com.voltageems.hissrv.redis.source.bytes;

import org.jspecify.annotations.NullMarked;

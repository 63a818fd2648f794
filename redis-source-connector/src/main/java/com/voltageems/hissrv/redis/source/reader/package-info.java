/** What every source type shares: the reader interface, slices of keys, metrics. */
@NullMarked
package com.voltageems.hissrv.redis.source.reader;

import org.jspecify.annotations.NullMarked;

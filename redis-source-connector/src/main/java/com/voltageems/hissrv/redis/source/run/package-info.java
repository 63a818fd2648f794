/**
 * What a task runs with, independent of what it reads: clocks, back-off, threads, a queue, the
 * state of its parts.
 */
@NullMarked
package com.voltageems.hissrv.redis.source.run;

import org.jspecify.annotations.NullMarked;

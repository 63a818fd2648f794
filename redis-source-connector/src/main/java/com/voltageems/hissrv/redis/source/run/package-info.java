/** What a task runs by, whatever it reads: clocks, back-off, threads, a queue, standstills. */
@NullMarked
package com.voltageems.hissrv.redis.source.run;

import org.jspecify.annotations.NullMarked;

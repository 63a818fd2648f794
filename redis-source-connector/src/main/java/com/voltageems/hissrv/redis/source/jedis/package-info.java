/** Connections by Jedis: the only package that knows the client. */
@NullMarked
package com.voltageems.hissrv.redis.source.jedis;

import org.jspecify.annotations.NullMarked;

/**
 * Connections through Jedis: the only package that uses this client. (Others use only its {@code
 * HostAndPort}.)
 */
@NullMarked
package com.voltageems.hissrv.redis.source.jedis;

import org.jspecify.annotations.NullMarked;

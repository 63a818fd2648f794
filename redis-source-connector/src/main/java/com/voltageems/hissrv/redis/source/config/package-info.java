/** Settings of the connector. */
@NullMarked
package com.voltageems.hissrv.redis.source.config;

import org.jspecify.annotations.NullMarked;

/**
 * What all source types share: the reader interface, slices of keys, metrics, checks of the server.
 */
@NullMarked
package com.voltageems.hissrv.redis.source.reader;

import org.jspecify.annotations.NullMarked;

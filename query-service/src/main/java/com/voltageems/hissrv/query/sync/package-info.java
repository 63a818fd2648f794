/**
 * {@code POST /sync}: reads Redis now, and answers when everything that was there is in the
 * database. The request goes to the source over Redis's control channel, the answers come from
 * Kafka.
 */
@NullMarked
package com.voltageems.hissrv.query.sync;

import org.jspecify.annotations.NullMarked;

/**
 * The state of the parts around the service (store, Kafka, Connect), refreshed in the background.
 */
@NullMarked
package com.voltageems.hissrv.query.health;

import org.jspecify.annotations.NullMarked;

/** What the service's clients of Kafka have in common. */
@NullMarked
package com.voltageems.hissrv.query.health.kafka;

import org.jspecify.annotations.NullMarked;

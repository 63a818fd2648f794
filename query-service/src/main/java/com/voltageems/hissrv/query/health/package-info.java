/** What is known of the parts around us (store, Kafka, Connect), refreshed in the background. */
@NullMarked
package com.voltageems.hissrv.query.health;

import org.jspecify.annotations.NullMarked;

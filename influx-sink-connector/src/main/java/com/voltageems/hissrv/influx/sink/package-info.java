/** Kafka Connect sink for InfluxDB 2.x, InfluxDB 1.x and QuestDB. */
@NullMarked
package com.voltageems.hissrv.influx.sink;

import org.jspecify.annotations.NullMarked;

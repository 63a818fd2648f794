/**
 * Alerts: conditions over what {@code /status} knows and over the history, told to webhooks once
 * when raised and once when cleared. Of several services one looks after them; which one, and what
 * was told, is kept in Kafka.
 */
@NullMarked
package com.voltageems.hissrv.query.alert;

import org.jspecify.annotations.NullMarked;

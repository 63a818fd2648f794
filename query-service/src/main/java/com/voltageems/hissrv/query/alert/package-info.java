/**
 * Alerts: conditions over the figures of {@code /status} and over the history, reported to webhooks
 * once when raised and once when cleared. Of several services one looks after the alerts; which
 * one, and what was reported, is kept in Kafka.
 */
@NullMarked
package com.voltageems.hissrv.query.alert;

import org.jspecify.annotations.NullMarked;

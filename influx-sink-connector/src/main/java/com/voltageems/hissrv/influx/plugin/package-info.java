/**
 * What both plugins do in the same way: names of metrics, unknown settings, secrets in addresses.
 * They share no code, so each has a copy; {@code ConnectorContract} holds the two to the same text.
 */
@NullMarked
package com.voltageems.hissrv.influx.plugin;

import org.jspecify.annotations.NullMarked;

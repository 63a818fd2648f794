/**
 * Code that both connectors share: declaring a setting and reading it as a typed value, checking a
 * submitted configuration, showing metrics, keeping secrets in addresses out of messages. Each
 * archive ships this jar, and a worker loads it once for each plugin, so nothing is shared at run
 * time.
 */
@NullMarked
package com.voltageems.hissrv.plugin;

import org.jspecify.annotations.NullMarked;

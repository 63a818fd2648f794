/**
 * What both connectors do in the same way: declare a setting and read it typed, check what was
 * submitted, show metrics, keep secrets in addresses out of messages. Each archive ships this jar;
 * a worker loads it once for each plugin, so nothing is shared at run time.
 */
@NullMarked
package com.voltageems.hissrv.plugin;

import org.jspecify.annotations.NullMarked;

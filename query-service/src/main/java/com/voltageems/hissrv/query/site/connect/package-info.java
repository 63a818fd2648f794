/**
 * Client of Kafka Connect's REST API: queries, submits and waits, and reports in the terms of the
 * file.
 */
@NullMarked
package com.voltageems.hissrv.query.site.connect;

import org.jspecify.annotations.NullMarked;

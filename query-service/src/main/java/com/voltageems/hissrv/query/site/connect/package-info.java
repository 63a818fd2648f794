/** Kafka Connect's REST API: asking, submitting, waiting, in the terms of the file. */
@NullMarked
package com.voltageems.hissrv.query.site.connect;

import org.jspecify.annotations.NullMarked;

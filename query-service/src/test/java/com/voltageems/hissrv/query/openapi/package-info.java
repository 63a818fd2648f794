/** Answers of the service against what {@code /openapi.json} says of them. */
@NullMarked
package com.voltageems.hissrv.query.openapi;

import org.jspecify.annotations.NullMarked;

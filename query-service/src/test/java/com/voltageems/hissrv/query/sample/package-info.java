/** A back end and a function as a site might bring its own; see docs/guides. */
@NullMarked
package com.voltageems.hissrv.query.sample;

import org.jspecify.annotations.NullMarked;

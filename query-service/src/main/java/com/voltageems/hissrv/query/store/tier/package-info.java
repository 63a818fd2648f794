/**
 * The resolutions in which a database holds the history: the samples themselves and coarser copies
 * of them, each kept for a time of its own. A back end may leave this out.
 */
@NullMarked
package com.voltageems.hissrv.query.store.tier;

import org.jspecify.annotations.NullMarked;

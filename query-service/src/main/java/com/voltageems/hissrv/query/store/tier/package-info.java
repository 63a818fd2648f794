/**
 * The resolutions in which a database stores the history: the samples themselves and coarser copies
 * of them, each kept for its own time. A back end may do without this.
 */
@NullMarked
package com.voltageems.hissrv.query.store.tier;

import org.jspecify.annotations.NullMarked;

/**
 * How long the history is kept and in which resolutions: retention policies and downsampling tasks
 * of a site, carried out in its database.
 */
@NullMarked
package com.voltageems.hissrv.query.storage;

import org.jspecify.annotations.NullMarked;

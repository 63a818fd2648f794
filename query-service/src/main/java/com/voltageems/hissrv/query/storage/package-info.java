/**
 * How long the history is kept and in which resolutions: runs the retention policies and
 * downsampling tasks of a site in its database.
 */
@NullMarked
package com.voltageems.hissrv.query.storage;

import org.jspecify.annotations.NullMarked;

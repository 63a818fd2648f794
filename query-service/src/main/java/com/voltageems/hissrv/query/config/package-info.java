/** The settings file: which settings there are, how a text becomes a value, what was wrong. */
@NullMarked
package com.voltageems.hissrv.query.config;

import org.jspecify.annotations.NullMarked;

/**
 * The settings file: the list of settings, the conversion of texts to values, and messages about
 * errors.
 */
@NullMarked
package com.voltageems.hissrv.query.config;

import org.jspecify.annotations.NullMarked;

/**
 * Types of sources: their settings, the sources created from them, and what their readers work
 * with.
 */
@NullMarked
package com.voltageems.hissrv.redis.source.type;

import org.jspecify.annotations.NullMarked;

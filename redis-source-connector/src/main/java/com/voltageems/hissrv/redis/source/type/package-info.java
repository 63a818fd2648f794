/**
 * What a type of source is: its settings, the sources made of them, what their readers work with.
 */
@NullMarked
package com.voltageems.hissrv.redis.source.type;

import org.jspecify.annotations.NullMarked;

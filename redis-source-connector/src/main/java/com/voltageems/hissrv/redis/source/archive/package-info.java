/** Source type {@code archive}: closed windows, read by index or by SCAN. */
@NullMarked
package com.voltageems.hissrv.redis.source.archive;

import org.jspecify.annotations.NullMarked;

/** Source type {@code list}: a pending list, drained by claims. */
@NullMarked
package com.voltageems.hissrv.redis.source.list;

import org.jspecify.annotations.NullMarked;

/** How much of the heap answers may take. */
@NullMarked
package com.voltageems.hissrv.query.store.heap;

import org.jspecify.annotations.NullMarked;

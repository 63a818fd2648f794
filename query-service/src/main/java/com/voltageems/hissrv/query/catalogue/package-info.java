/** What the site calls its devices and points, and in which units they are. Knows nobody. */
@NullMarked
package com.voltageems.hissrv.query.catalogue;

import org.jspecify.annotations.NullMarked;

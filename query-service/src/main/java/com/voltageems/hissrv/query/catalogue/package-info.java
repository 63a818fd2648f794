/** The site's names for its devices and points, and their units. Depends on no other package. */
@NullMarked
package com.voltageems.hissrv.query.catalogue;

import org.jspecify.annotations.NullMarked;

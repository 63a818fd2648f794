/** A YAML text as a tree of texts in which everything knows its line and column. Pure. */
@NullMarked
package com.voltageems.hissrv.query.site.yaml;

import org.jspecify.annotations.NullMarked;

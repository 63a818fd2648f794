/** A YAML text as a tree of texts; each node knows its line and column. Pure. */
@NullMarked
package com.voltageems.hissrv.query.site.yaml;

import org.jspecify.annotations.NullMarked;

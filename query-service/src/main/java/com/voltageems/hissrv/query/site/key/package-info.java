/**
 * The keys of hissrv.yml: their one declaration, and what is derived from it: the check, the JSON
 * Schema and the table of the documentation. Pure.
 */
@NullMarked
package com.voltageems.hissrv.query.site.key;

import org.jspecify.annotations.NullMarked;

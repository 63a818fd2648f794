/**
 * The keys of hissrv.yml: their declaration, and everything derived from it: the check, the JSON
 * Schema and the tables of the documentation. Pure.
 */
@NullMarked
package com.voltageems.hissrv.query.site.key;

import org.jspecify.annotations.NullMarked;

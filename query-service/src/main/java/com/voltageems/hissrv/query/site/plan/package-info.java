/**
 * What differs between what a file asks for and what runs, for people; and as files for other
 * tools. Pure.
 */
@NullMarked
package com.voltageems.hissrv.query.site.plan;

import org.jspecify.annotations.NullMarked;

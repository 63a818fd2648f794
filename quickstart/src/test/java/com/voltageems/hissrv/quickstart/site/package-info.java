/** What the tests of a whole site share: its connectors, its service and what is expected of it. */
@NullMarked
package com.voltageems.hissrv.quickstart.site;

import org.jspecify.annotations.NullMarked;

/** The whole system where Kafka and Connect ask for a login, a certificate and rights. */
@NullMarked
package com.voltageems.hissrv.quickstart.secured;

import org.jspecify.annotations.NullMarked;

/**
 * What a site's file configures for its storage: policies, and tasks that make coarser copies.
 * Pure.
 */
@NullMarked
package com.voltageems.hissrv.query.storage.plan;

import org.jspecify.annotations.NullMarked;

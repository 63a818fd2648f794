package com.voltageems.hissrv.query.web;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests that look at the shared site; whatever they do, nothing leaves the host. */
@ExtendWith(SharedSite.class)
abstract class OnSharedSite {
  final SharedSite.Open page = SharedSite.open();
  final Browser browser = page.browser();
  final MadeUpSite site = page.site();

  @BeforeEach
  void usualSize() {
    browser.size(1440, 900, 1, false);
  }

  @AfterEach
  void nothingLeftTheHost_andTheBrowserHadNothingToSay() {
    browser.saidNothing();
  }
}

package com.voltageems.hissrv.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class WebPageTest {
  private final WebPage page = new WebPage();
  private final String html =
      new String(page.asset("/").orElseThrow().body(), StandardCharsets.UTF_8);

  /** What stands in the page itself runs by its hash alone. */
  @Test
  void policy_namesTheHashOfWhatStandsInThePage() throws Exception {
    for (String kind : new String[] {"script", "style"}) {
      Matcher inline =
          Pattern.compile("<" + kind + ">(.*?)</" + kind + ">", Pattern.DOTALL).matcher(html);
      assertThat(inline.find()).as(kind).isTrue();
      String content = inline.group(1);
      assertThat(content).doesNotContain("/*lead.js*/", "/*app.css*/").hasSizeGreaterThan(1000);
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
      assertThat(page.policy())
          .contains(
              kind + "-src 'self' 'sha256-" + Base64.getEncoder().encodeToString(hash) + "';");
      assertThat(inline.find()).as("one " + kind).isFalse();
    }
    assertThat(page.policy()).doesNotContain("unsafe");
  }

  /** For where a proxy's policy leaves out what stands in the page. */
  @Test
  void style_isServedAsAFileToo_butNotAskedForByThePage() {
    Reply file = page.asset("/app.css").orElseThrow();
    assertThat(file.contentType()).isEqualTo("text/css; charset=utf-8");
    assertThat(html).contains("<style>" + new String(file.body(), StandardCharsets.UTF_8));
    assertThat(html).doesNotContain("stylesheet");
  }

  /** It is read before anything else, on every opening. */
  @Test
  void firstScript_isSmall() {
    assertThat(html).hasSizeLessThan(30_000).doesNotContain("style=\"", "onclick=");
  }
}

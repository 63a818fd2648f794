package com.voltageems.hissrv.redis.source.sample;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import org.junit.jupiter.api.Test;

class InternedNamesTest {
  private final InternedNames texts = new InternedNames();

  private String of(String name) {
    byte[] bytes = Bytes.of(name);
    return texts.of(bytes, Bytes.hash(bytes));
  }

  @Test
  void nameThatWasSeenBefore_isTheSameText() {
    assertThat(of("voltage_last")).isEqualTo("voltage_last").isSameAs(of("voltage_last"));
  }

  @Test
  void moreNamesThanThereIsRoomFor_keepTheirTexts() {
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 20_000; i++) {
        assertThat(of("p" + i)).isEqualTo("p" + i);
      }
    }
  }

  @Test
  void sameSlot_isNotTheSameName() {
    assertThat(texts.of(Bytes.of("a"), 1)).isEqualTo("a");
    assertThat(texts.of(Bytes.of("b"), 1)).isEqualTo("b");
    assertThat(texts.of(Bytes.of("a"), 1)).isEqualTo("a");
  }

  @Test
  void longAndBinaryNames_areAsBytesHasThem() {
    String length = "x".repeat(1000);
    assertThat(of(length)).isEqualTo(length);
    byte[] binary = {'a', (byte) 0xff};
    assertThat(texts.of(binary, Bytes.hash(binary))).isEqualTo("a\\xff");
    assertThat(of("")).isEmpty();
  }
}

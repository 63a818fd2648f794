package com.voltageems.hissrv.redis.source.list;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reply of the claim script. */
public sealed interface ClaimReply {
  /**
   * A claim is in flight: the caller's or another one.
   *
   * @param size number of elements in the claim
   * @param elements the next elements, oldest first
   * @param claimed number of elements ever claimed, those of the claim included; null if unknown
   */
  record Taken(String id, long size, List<?> elements, @Nullable Long claimed)
      implements ClaimReply {}

  /**
   * Nothing is in flight.
   *
   * @param mayHaveMore whether the list may still have elements
   */
  record Nothing(boolean mayHaveMore) implements ClaimReply {}

  /** Another connector drains the list. */
  record Anothers(String owner) implements ClaimReply {}

  /** Parses the reply in the form in which claim.lua writes it. */
  static ClaimReply of(@Nullable Object reply) {
    List<?> parts = (List<?>) Objects.requireNonNull(reply);
    String id = Bytes.text((byte[]) parts.get(0));
    long number = (Long) Objects.requireNonNull(parts.get(1));
    List<?> elements = (List<?>) Objects.requireNonNull(parts.get(2));
    if (!id.isEmpty()) {
      return new Taken(id, number, elements, parts.size() > 3 ? number(parts.get(3)) : null);
    }
    return number == 2
        ? new Anothers(Bytes.text((byte[]) elements.get(0)))
        : new Nothing(number == 1);
  }

  /** Parses a number that a key holds; null if it holds something else. */
  static @Nullable Long number(@Nullable Object text) {
    String digits = text instanceof byte[] bytes ? Bytes.text(bytes) : "";
    return digits.matches("[0-9]{1,16}") ? (Long) Long.parseLong(digits) : null;
  }
}

package com.voltageems.hissrv.redis.source.stream;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisScript;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Asks Redis for the entries of one stream, page by page, and for information about the stream. */
final class StreamPages {
  private static final RedisScript ENTRIES = RedisScript.resource(StreamPages.class, "entries.lua");

  // What the script returns about the rest of the stream.
  private static final Long NO_MORE = 0L;
  private static final Long NEXT_IS_LARGE = 2L;

  /** No entry can follow this id, and asking for one is an error. The script handles it. */
  private static final String LARGEST_ID = "18446744073709551615-18446744073709551615";

  /** A page with more fields would block Redis for longer than a few milliseconds. */
  private static final int MAX_FIELDS_A_PAGE = 1000;

  private static final int MAX_ENTRIES_A_PAGE = 250;

  private final String key;
  private final RedisLink link;
  private final int maxBytes;

  /** Whether the next entry is larger than a page, as far as known. */
  private boolean nextIsLarge;

  /**
   * Entry of the stream.
   *
   * @param fields names and values, alternating
   */
  record Entry(String id, List<?> fields, long bytes) {
    private static Entry of(Object reply) {
      List<?> entry = (List<?>) reply;
      List<?> fields = (List<?>) Objects.requireNonNull(entry.get(1));
      long bytes = 0;
      for (Object text : fields) {
        bytes += ((byte[]) text).length;
      }
      return new Entry(Bytes.text((byte[]) entry.get(0)), fields, bytes);
    }
  }

  /** Some entries, oldest first, and whether more may follow. */
  record Page(List<Entry> entries, boolean mayHaveMore) {}

  /**
   * Creates the pages of one stream.
   *
   * @param maxBytes approximate size of a page
   */
  StreamPages(String key, RedisLink link, int maxBytes) {
    this.key = key;
    this.link = link;
    this.maxBytes = maxBytes;
  }

  /** Returns the next page, which may be empty although there is more. */
  Page after(String id, int limit) {
    if (nextIsLarge && !id.equals(LARGEST_ID)) {
      return large(id);
    }
    List<byte[]> args =
        List.of(
            Bytes.of(id),
            Bytes.of(String.valueOf(Math.min(MAX_ENTRIES_A_PAGE, limit))),
            Bytes.of(String.valueOf(MAX_FIELDS_A_PAGE)),
            Bytes.of(String.valueOf(maxBytes)));
    List<?> reply =
        (List<?>) Objects.requireNonNull(ENTRIES.run(link, List.of(Bytes.of(key)), args));
    nextIsLarge = NEXT_IS_LARGE.equals(reply.get(1));
    return new Page(
        entries((List<?>) Objects.requireNonNull(reply.get(0))), !NO_MORE.equals(reply.get(1)));
  }

  /** Reads the next entry alone; after a large entry there is often another. */
  private Page large(String after) {
    Command next = Command.keyed("XRANGE", key, "(" + after, "+", "COUNT", "1");
    List<Entry> page = entries((List<?>) Objects.requireNonNull(link.call(next)));
    nextIsLarge = !page.isEmpty() && page.get(0).bytes() > maxBytes;
    return new Page(page, !page.isEmpty());
  }

  private static List<Entry> entries(List<?> replies) {
    List<Entry> entries = new ArrayList<>(replies.size());
    replies.forEach(each -> entries.add(Entry.of(each)));
    return entries;
  }

  /** Returns the id of the newest entry up to and including {@code id}; null if there is none. */
  @Nullable String newestUpTo(String id) {
    Command back = Command.keyed("XREVRANGE", key, id, "-", "COUNT", "1");
    List<Entry> upTo = entries((List<?>) Objects.requireNonNull(link.call(back)));
    return upTo.isEmpty() ? null : upTo.get(0).id();
  }

  /** Returns what Redis reports about the stream; null if there is no stream. */
  @Nullable StreamInfo information() {
    if (!Long.valueOf(1).equals(link.call(Command.keyed("EXISTS", key)))) {
      return null;
    }
    Command info = new Command(Bytes.of("XINFO"), 1, Command.bytes("STREAM", key));
    return StreamInfo.of((List<?>) Objects.requireNonNull(link.call(info)));
  }
}

package com.voltageems.hissrv.query.site.compile;

import com.voltageems.hissrv.query.sync.RedisTarget;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Derives how the service reaches the source's control channel from the source's own settings. */
final class RedisCompiler {
  private static final Pattern URI =
      Pattern.compile("(rediss?)://(?:([^@:]*):?([^@]*)@)?([^/@]+?)(?::([0-9]{1,5}))?(/.*)?");
  private static final String PORT = "6379";
  private static final String CHANNEL = "hissrv:control";

  private final Map<String, Entry> source;
  private final Map<String, Entry> tls;
  private final UnaryOperator<String> lookUp;

  /**
   * @param source the source's settings
   * @param tls TLS settings for this machine, by the source's names
   * @param lookUp replaces the variables and secrets in a text that are known here
   */
  RedisCompiler(Map<String, Entry> source, Map<String, Entry> tls, UnaryOperator<String> lookUp) {
    this.source = source;
    this.tls = tls;
    this.lookUp = lookUp;
  }

  RedisTarget compile() {
    Matcher uri = URI.matcher(text("redis.uri", "redis://127.0.0.1:" + PORT));
    boolean readable = uri.matches();
    RedisTarget.Mode mode =
        RedisTarget.Mode.valueOf(text("redis.mode", "standalone").toUpperCase(Locale.ROOT));
    String server =
        readable
            ? uri.group(4) + ":" + (uri.group(5) == null ? PORT : uri.group(5))
            : text("redis.uri", "");
    List<String> nodes =
        mode == RedisTarget.Mode.STANDALONE
            ? List.of(server)
            : Arrays.stream(text("redis.nodes", server).split(",")).map(String::strip).toList();
    return new RedisTarget(
        mode,
        nodes,
        readable && uri.group(1).equals("rediss") ? Optional.of(tls()) : Optional.empty(),
        text("redis.username", readable && uri.group(2) != null ? uri.group(2) : ""),
        text("redis.password", readable && uri.group(3) != null ? uri.group(3) : ""),
        text("redis.sentinel.master", ""),
        text("redis.sentinel.username", ""),
        text("redis.sentinel.password", ""),
        text("control.channel", CHANNEL));
  }

  private Map<String, String> tls() {
    Map<String, String> texts = new LinkedHashMap<>();
    tls.forEach((setting, entry) -> texts.put(setting, lookUp.apply(entry.value())));
    return texts;
  }

  private String text(String setting, String otherwise) {
    Entry entry = source.get(setting);
    return entry == null ? otherwise : lookUp.apply(entry.value());
  }
}

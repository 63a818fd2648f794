package com.voltageems.hissrv.redis.source.stream;

import com.voltageems.hissrv.plugin.Setting;
import com.voltageems.hissrv.redis.source.type.Source;
import com.voltageems.hissrv.redis.source.type.SourceType;
import com.voltageems.hissrv.redis.source.type.SourceValues;
import java.util.List;
import java.util.Set;

/** Source type {@code stream}: the entries of a Redis stream. */
public final class StreamType implements SourceType {
  static final Setting<String> KEY = Setting.text("key", "").high().doc("its key.");

  @Override
  public String name() {
    return "stream";
  }

  @Override
  public String doc() {
    return "the entries of a stream.";
  }

  @Override
  public List<Setting<?>> settings() {
    return List.of(KEY);
  }

  @Override
  public Set<Use> uses() {
    return Set.of();
  }

  @Override
  public Source source(SourceValues values) {
    return new StreamSource(values.common(), values.get(KEY));
  }

  @Override
  public String partitionForm() {
    return "a stream has {type=stream, key=<stream>}";
  }
}

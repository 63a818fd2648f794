package com.voltageems.hissrv.redis.source.stream;

import com.voltageems.hissrv.redis.source.link.RedisSettings;
import com.voltageems.hissrv.redis.source.reader.DataSetId;
import com.voltageems.hissrv.redis.source.reader.SourceReader;
import com.voltageems.hissrv.redis.source.type.ReaderContext;
import com.voltageems.hissrv.redis.source.type.Source;
import com.voltageems.hissrv.redis.source.type.SourceCommon;
import com.voltageems.hissrv.redis.source.type.SourceTypes;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Source that reads a stream. */
public record StreamSource(SourceCommon common, String key) implements Source {

  @Override
  public Map<String, String> problems(RedisSettings redis) {
    return SourceTypes.required(StreamType.KEY, !key.isEmpty(), common);
  }

  @Override
  public List<Sole> soles() {
    return List.of(new Sole("stream " + key, StreamType.KEY.name()));
  }

  @Override
  public List<String> reads() {
    return List.of(key.replaceAll("([*?\\[\\]\\\\])", "\\\\$1"));
  }

  @Override
  public boolean isExactlyOnce() {
    return true;
  }

  @Override
  public Set<Map<String, String>> partitions() {
    return Set.of(StreamPosition.partition(key));
  }

  @Override
  public void requireOffset(Map<String, ?> offset) {
    StreamPosition.fromOffset(offset);
    StreamCount.require(offset);
  }

  @Override
  public Set<String> offsetFields() {
    return Set.of("id", StreamCount.FIELD, DataSetId.FIELD);
  }

  @Override
  public SourceReader reader(ReaderContext context) {
    return new StreamReader(this, context);
  }
}

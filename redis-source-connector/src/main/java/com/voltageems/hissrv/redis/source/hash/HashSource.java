package com.voltageems.hissrv.redis.source.hash;

import com.voltageems.hissrv.redis.source.link.RedisSettings;
import com.voltageems.hissrv.redis.source.reader.SourceReader;
import com.voltageems.hissrv.redis.source.sample.Companions;
import com.voltageems.hissrv.redis.source.sample.Deadband;
import com.voltageems.hissrv.redis.source.type.ReaderContext;
import com.voltageems.hissrv.redis.source.type.Source;
import com.voltageems.hissrv.redis.source.type.SourceCommon;
import com.voltageems.hissrv.redis.source.type.SourceTypes;
import java.util.List;
import java.util.Map;

/**
 * Source of live hashes.
 *
 * @param patterns patterns of the hashes' keys
 * @param deadband decides which changes are not sent
 */
public record HashSource(SourceCommon common, List<String> patterns, Deadband deadband)
    implements Source {
  public HashSource {
    patterns = List.copyOf(patterns);
  }

  @Override
  public Map<String, String> problems(RedisSettings redis) {
    return Companions.problem(patterns)
        .map(problem -> Map.of(HashType.PATTERN.name(), problem))
        .orElseGet(() -> SourceTypes.required(HashType.PATTERN, !patterns.isEmpty(), common));
  }

  @Override
  public List<String> reads() {
    return patterns;
  }

  @Override
  public boolean isDivisible() {
    return true;
  }

  @Override
  public SourceReader reader(ReaderContext context) {
    return new HashReader(this, context, false);
  }
}

package com.voltageems.hissrv.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Response;

/** Reference for reading: a plain loop of Jedis that pipelines HGETALL, 500 deep. */
final class BareReader {
  private static final int DEPTH = 500;

  private BareReader() {}

  /** Reads every hash once; returns the number of fields read. */
  static long pass(Jedis redis, int hashes) {
    long fields = 0;
    for (int from = 0; from < hashes; from += DEPTH) {
      List<Response<Map<byte[], byte[]>>> replies = new ArrayList<>(DEPTH);
      try (AbstractPipeline pipeline = redis.pipelined()) {
        for (int i = from; i < Math.min(hashes, from + DEPTH); i++) {
          replies.add(pipeline.hgetAll(SourceRig.hashKey(i).getBytes(StandardCharsets.US_ASCII)));
        }
        pipeline.sync();
      }
      for (Response<Map<byte[], byte[]>> reply : replies) {
        fields += reply.get().size();
      }
    }
    return fields;
  }
}

package com.voltageems.hissrv.lua;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import redis.clients.jedis.AbstractPipeline;

/**
 * A site of random channels as devices leave it in Redis: steady ones, ones that fall silent,
 * points that come and go, texts that are no numbers. The state here is what Redis holds.
 */
final class Site {
  /**
   * What Redis holds of one channel: its hash and its {@code :ts} sibling, both empty when gone.
   */
  record Channel(
      String key, boolean stamped, Map<String, String> fields, Map<String, String> stamps) {}

  private static final List<String> NO_NUMBERS =
      List.of("on", "", "0x1F", "auto:1642592400000:system", "12 V", "--", "1:2:3");
  private static final List<String> NOT_FINITE = List.of("NaN", "nan", "inf", "-inf", "Infinity");

  private final RandomGenerator random;
  private final Map<String, Channel> channels = new HashMap<>();
  private final Map<String, List<String>> points = new HashMap<>();
  private final Map<String, Long> quietUntil = new HashMap<>();

  Site(RandomGenerator random, int count) {
    this.random = random;
    for (int i = 0; i < count; i++) {
      add(i);
    }
  }

  private void add(int i) {
    int id = 1001 + i;
    boolean stamped = random.nextBoolean();
    switch (i % 5) {
      case 0 -> add("" + id, "comsrv:" + id + ":m", stamped);
      case 1 -> add("" + id, "comsrv:" + id + ":T", stamped);
      case 2 -> add(id + ":s", "comsrv:" + id + ":s", stamped);
      case 3 -> add("inst:" + id + ":M", "inst:" + id + ":M", false);
      default -> add("modsrv:calc" + id, "modsrv:calc" + id + ":measurement", false);
    }
  }

  private void add(String part, String key, boolean stamped) {
    channels.put(part, new Channel(key, stamped, new TreeMap<>(), new TreeMap<>()));
    List<String> names = new ArrayList<>();
    int count = 3 + random.nextInt(20);
    for (int p = 1; p <= count; p++) {
      names.add(key.startsWith("modsrv") ? "power_" + p : String.valueOf(10_000 + p));
    }
    points.put(part, names);
  }

  /** By the channel's part of the archive key. */
  Map<String, Channel> channels() {
    return channels;
  }

  /**
   * A second passes: devices write what they write.
   *
   * @return whether a channel appeared that was not there before
   */
  boolean tick(long time, AbstractPipeline redis) {
    boolean appeared = false;
    for (Map.Entry<String, Channel> entry : channels.entrySet()) {
      String part = entry.getKey();
      Channel channel = entry.getValue();
      Long quiet = quietUntil.get(part);
      if (quiet != null && Math.abs(quiet - time) < 500 && time < quiet) {
        continue;
      }
      int event = random.nextInt(4_000);
      if (event < 4) {
        quietUntil.put(part, time + 1 + random.nextInt(400));
      } else if (event == 4) {
        redis.del(channel.key());
        redis.del(channel.key() + ":ts");
        channel.fields().clear();
        channel.stamps().clear();
        quietUntil.put(part, time + 1 + random.nextInt(100));
      } else if (event < 30 && channel.fields().size() > 1) {
        String gone = pick(new ArrayList<>(channel.fields().keySet()));
        redis.hdel(channel.key(), gone);
        channel.fields().remove(gone);
      } else {
        appeared |= channel.fields().isEmpty();
        write(part, channel, time, redis);
      }
    }
    return appeared;
  }

  private void write(String part, Channel channel, long time, AbstractPipeline redis) {
    Map<String, String> written = new HashMap<>();
    boolean all = channel.fields().isEmpty() || random.nextInt(3) > 0;
    List<String> names = points.getOrDefault(part, List.of());
    for (int i = 0; i < names.size(); i++) {
      if (all || random.nextInt(4) == 0) {
        written.put(names.get(i), text(i, time));
      }
    }
    if (part.startsWith("modsrv")) {
      written.put("timestamp", String.valueOf(time));
    }
    if (written.isEmpty()) {
      return;
    }
    redis.hset(channel.key(), written);
    channel.fields().putAll(written);
    if (channel.stamped()) {
      Map<String, String> stamps = new HashMap<>();
      written.keySet().forEach(name -> stamps.put(name, String.valueOf(time * 1000 + 17)));
      redis.hset(channel.key() + ":ts", stamps);
      channel.stamps().putAll(stamps);
    }
  }

  private String text(int point, long time) {
    int odd = random.nextInt(400);
    if (odd == 0) {
      return pick(NOT_FINITE);
    } else if (odd == 1) {
      return pick(NO_NUMBERS);
    }
    return switch (point % 7) {
      case 0 -> String.format(Locale.ROOT, "%.6f", 220 + 10 * random.nextGaussian());
      case 1 -> String.valueOf(random.nextInt(5));
      case 2 -> String.valueOf(1500 * random.nextGaussian());
      case 3 ->
          String.format(Locale.ROOT, "%.3f:%d", 50 + random.nextGaussian() / 100, time * 1000);
      case 4 -> String.valueOf(1e-7 * random.nextDouble());
      case 5 -> String.valueOf(anyDouble());
      default -> String.valueOf(1e15 + random.nextInt(1000) / 8.0);
    };
  }

  private double anyDouble() {
    while (true) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (Math.abs(value) < 1e299) {
        return value;
      }
    }
  }

  private String pick(List<String> from) {
    return from.get(random.nextInt(from.size()));
  }
}

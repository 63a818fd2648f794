package com.voltageems.hissrv.redis.source.list;

import com.voltageems.hissrv.plugin.Setting;
import com.voltageems.hissrv.redis.source.type.Source;
import com.voltageems.hissrv.redis.source.type.SourceType;
import com.voltageems.hissrv.redis.source.type.SourceValues;
import java.util.List;
import java.util.Set;

/** Source type {@code list}: drains a pending list, claim by claim. */
public final class ListType implements SourceType {
  static final Setting<String> KEY = Setting.text("key", "").high().doc("its key.");
  static final Setting<Integer> REJECTED_MAX =
      Setting.count("rejected.max", 10_000, 1, 10_000_000)
          .low()
          .doc(
              "the length of <list>:rejected, where elements go that are not a sample; older ones"
                  + " fall off.");

  @Override
  public String name() {
    return "list";
  }

  @Override
  public String doc() {
    return "a pending list, drained.";
  }

  @Override
  public List<Setting<?>> settings() {
    return List.of(KEY, REJECTED_MAX);
  }

  @Override
  public Set<Use> uses() {
    return Set.of();
  }

  @Override
  public Source source(SourceValues values) {
    return new ListSource(values.common(), values.get(KEY), values.get(REJECTED_MAX));
  }

  @Override
  public String partitionForm() {
    return "a list has {type=list, key=<list>}";
  }
}

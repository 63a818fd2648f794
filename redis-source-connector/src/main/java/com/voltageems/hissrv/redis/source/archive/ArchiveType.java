package com.voltageems.hissrv.redis.source.archive;

import com.voltageems.hissrv.plugin.Setting;
import com.voltageems.hissrv.redis.source.reader.Slices;
import com.voltageems.hissrv.redis.source.type.Source;
import com.voltageems.hissrv.redis.source.type.SourceType;
import com.voltageems.hissrv.redis.source.type.SourceValues;
import com.voltageems.hissrv.redis.source.type.WindowLength;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.config.ConfigDef;

/** Source type {@code archive}: the closed windows of one length. */
public final class ArchiveType implements SourceType {
  static final Setting<String> WINDOW =
      Setting.text("window", "")
          .high()
          .width(ConfigDef.Width.SHORT)
          .valid("a length such as 5s, 1m, 1h", ArchiveType::requireWindow)
          .doc("the length as the keys name it, such as 1m.");
  static final Setting<Boolean> SCAN =
      Setting.flag("scan", true)
          .low()
          .doc(
              "whether windows are looked for by SCAN as long as there is no index. Such windows"
                  + " are delivered at least once; without it every window is delivered exactly"
                  + " once, when the worker supports that.");

  private static void requireWindow(String window) {
    if (!window.isEmpty() && !WindowLength.isValid(window)) {
      throw new IllegalArgumentException("not a duration such as 5s, 1m, 1h");
    }
  }

  @Override
  public String name() {
    return "archive";
  }

  @Override
  public String doc() {
    return "the windows of one length.";
  }

  @Override
  public List<Setting<?>> settings() {
    return List.of(WINDOW, SCAN);
  }

  @Override
  public Set<Use> uses() {
    return Set.of();
  }

  @Override
  public Source source(SourceValues values) {
    return new ArchiveSource(values.common(), values.get(WINDOW), values.get(SCAN));
  }

  @Override
  public String partitionForm() {
    return "an archive has {type=archive, window=<length>, slice=<0 to "
        + (Slices.COUNT - 1)
        + ">}";
  }
}

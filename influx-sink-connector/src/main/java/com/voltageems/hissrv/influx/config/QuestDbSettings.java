package com.voltageems.hissrv.influx.config;

import com.voltageems.hissrv.influx.questdb.ColumnScreen;
import com.voltageems.hissrv.influx.questdb.TableForm;
import com.voltageems.hissrv.plugin.Setting;
import com.voltageems.hissrv.plugin.SettingGroups;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.config.AbstractConfig;

/** Settings of QuestDB's tables: how they are created, and how many columns they may get. */
public final class QuestDbSettings {
  private static final String GROUP = "QuestDB";

  public static final Setting<Boolean> CREATE =
      Setting.flag("questdb.table.create", false)
          .doc(
              "Whether a missing table is created with the settings below before the "
                  + "first line is written. Otherwise QuestDB creates it with its own "
                  + "configuration.");

  public static final Setting<TableForm.Partition> PARTITION =
      Setting.choice("questdb.table.partition", TableForm.Partition.DAY)
          .low()
          .doc("The span of a partition of such a table.");

  public static final Setting<Optional<String>> TTL =
      Setting.optionalText("questdb.table.ttl")
          .valid("12h, 90d, 8w, 6M or 2y", TableForm.Ttl::parse)
          .doc(
              "How long such a table keeps its rows, whole partitions at a time: hours, days, weeks,"
                  + " M for months, or years. For ever when left out.");

  public static final Setting<Integer> SYMBOL_CAPACITY =
      Setting.count("questdb.table.symbol.capacity", 256, 2, 33_554_432)
          .low()
          .doc("Approximate number of distinct values of a tag in such a table.");

  public static final Setting<Boolean> SYMBOL_INDEX =
      Setting.flag("questdb.table.symbol.index", false)
          .low()
          .doc("Whether the tags of such a table get an index.");

  public static final Setting<Integer> COLUMNS =
      Setting.count(ColumnScreen.MOST, 2_000, 1, Integer.MAX_VALUE)
          .low()
          .doc(
              "The most columns that a table may get: a record whose new fields and tags would make"
                  + " more is refused. Each column takes files of every partition, and one record"
                  + " of 100,000 fields the database's last.");

  private final AbstractConfig config;

  QuestDbSettings(AbstractConfig config) {
    this.config = config;
  }

  /**
   * Returns how tables are created; empty if QuestDB creates them itself.
   *
   * @throws IllegalArgumentException if partition and time to live do not fit together
   */
  public Optional<TableForm> tables() {
    return CREATE.in(config)
        ? Optional.of(
            new TableForm(
                PARTITION.in(config),
                TTL.in(config).map(TableForm.Ttl::parse),
                SYMBOL_CAPACITY.in(config),
                SYMBOL_INDEX.in(config)))
        : Optional.empty();
  }

  public int mostColumns() {
    return COLUMNS.in(config);
  }

  /** Returns the settings that apply only if the connector creates the tables. */
  public static List<Setting<?>> ofTables() {
    return List.of(PARTITION, TTL, SYMBOL_CAPACITY, SYMBOL_INDEX);
  }

  static void addTo(SettingGroups groups) {
    groups.add(GROUP, CREATE, PARTITION, TTL, SYMBOL_CAPACITY, SYMBOL_INDEX, COLUMNS);
  }
}

package com.voltageems.hissrv.influx.config;

import com.voltageems.hissrv.influx.mapping.AnyToPoint;
import com.voltageems.hissrv.influx.mapping.Envelope;
import com.voltageems.hissrv.influx.mapping.FieldTypes;
import com.voltageems.hissrv.influx.mapping.LinesToPoints;
import com.voltageems.hissrv.influx.mapping.NarrowRecords;
import com.voltageems.hissrv.influx.mapping.ReadRules;
import com.voltageems.hissrv.influx.mapping.RecordToPoint;
import com.voltageems.hissrv.influx.mapping.SampleToPoint;
import com.voltageems.hissrv.plugin.SettingGroups;
import com.voltageems.hissrv.plugin.Submission;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/** The connector's settings, typed, with one class for each group of settings. */
public final class InfluxSinkConfig extends AbstractConfig {
  public static final ConfigDef CONFIG_DEF = define();

  private static ConfigDef define() {
    SettingGroups groups = new SettingGroups();
    DatabaseSettings.addTo(groups);
    QuestDbSettings.addTo(groups);
    RecordSettings.addTo(groups);
    MappingSettings.addTo(groups);
    WritingSettings.addTo(groups);
    return groups.def();
  }

  private final DatabaseSettings database = new DatabaseSettings(this);
  private final QuestDbSettings questDb = new QuestDbSettings(this);
  private final RecordSettings records = new RecordSettings(this);
  private final MappingSettings mapping = new MappingSettings(this);
  private final WritingSettings writing = new WritingSettings(this);

  public InfluxSinkConfig(Map<String, String> props) {
    super(CONFIG_DEF, new Submission(props).given(), false);
  }

  public DatabaseSettings database() {
    return database;
  }

  public QuestDbSettings questDb() {
    return questDb;
  }

  public RecordSettings records() {
    return records;
  }

  public WritingSettings writing() {
    return writing;
  }

  /**
   * Returns the destinations of the topics.
   *
   * @throws ConfigException if the bucket or database that the version needs is not set
   */
  public Destinations destinations() {
    return new Destinations(records.bucketsByTopic(database.version()), database.destination());
  }

  /** Returns whether records have the shape that the Redis source writes. */
  public boolean readsSamples() {
    return !records.areMapped() && !records.areLines();
  }

  public RecordToPoint recordToPoint() {
    ReadRules reading =
        new ReadRules(
            new FieldTypes(records.fieldTypes(), database.lineForm().dialect()),
            records.ignoreNullValues(),
            records.textSuffix(),
            database.storedPrecision());
    RecordToPoint wide = wide(reading);
    return records.areNarrow() ? new NarrowRecords(wide) : wide;
  }

  private RecordToPoint wide(ReadRules reading) {
    if (records.areMapped()) {
      return new AnyToPoint(mapping.rules(records.emptyPoints()), reading);
    }
    return records.areLines() ? new LinesToPoints(reading) : new SampleToPoint(reading);
  }

  /** Returns whether the mapping settings apply to the records. */
  public boolean recordsAreMapped() {
    return records.areMapped();
  }

  /** Returns whether values are expected in the envelope of change events. */
  public boolean opensEnvelopes() {
    return MappingSettings.ENVELOPE.in(this) != Envelope.NONE;
  }
}

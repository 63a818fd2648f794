package com.voltageems.hissrv.influx.mapping;

import com.voltageems.hissrv.influx.point.Precision;

/**
 * What counts for records of every form.
 *
 * @param ignoreNullValues whether a record without a value is passed over instead of rejected
 * @param textSuffix put behind the name of a field whose value is a text; may be empty
 * @param precision how fine times are; what is finer is cut off
 */
public record ReadRules(
    FieldTypes types,
    boolean ignoreNullValues,
    String textSuffix,
    Precision precision,
    NameOrder order) {
  public ReadRules(
      FieldTypes types, boolean ignoreNullValues, String textSuffix, Precision precision) {
    this(types, ignoreNullValues, textSuffix, precision, new NameOrder());
  }

  /** A point by these rules. */
  PointBuilder point() {
    return new PointBuilder(types, precision, order);
  }
}

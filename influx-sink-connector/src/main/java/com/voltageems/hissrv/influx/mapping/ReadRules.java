package com.voltageems.hissrv.influx.mapping;

import com.voltageems.hissrv.influx.point.Precision;

/**
 * Rules for records of every format.
 *
 * @param ignoreNullValues whether a record without a value is passed over instead of rejected
 * @param textSuffix appended to the name of a field whose value is a text; may be empty
 * @param precision the precision of times; finer digits are cut off
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

  /** Returns a builder of a point by these rules. */
  PointBuilder point() {
    return new PointBuilder(types, precision, order);
  }
}

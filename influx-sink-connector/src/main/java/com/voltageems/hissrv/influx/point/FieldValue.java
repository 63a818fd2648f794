package com.voltageems.hissrv.influx.point;

/** The value of a field, in one of the four types of line protocol. */
public sealed interface FieldValue {
  /** Returns the type that the database stores for the column. */
  Kind kind();

  /** Column types; a column keeps the type with which it was created. */
  enum Kind {
    FLOAT,
    INTEGER,
    BOOLEAN,
    STRING
  }

  /** A finite number. */
  record Float64(double value) implements FieldValue {
    public Float64 {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException("line protocol has no " + value);
      }
    }

    @Override
    public Kind kind() {
      return Kind.FLOAT;
    }
  }

  /** A whole number, written with the suffix {@code i}. */
  record Int64(long value) implements FieldValue {
    @Override
    public Kind kind() {
      return Kind.INTEGER;
    }
  }

  /** True or false. */
  record Bool(boolean value) implements FieldValue {
    @Override
    public Kind kind() {
      return Kind.BOOLEAN;
    }
  }

  /** Any text, line breaks included. */
  record Text(String value) implements FieldValue {
    @Override
    public Kind kind() {
      return Kind.STRING;
    }
  }
}

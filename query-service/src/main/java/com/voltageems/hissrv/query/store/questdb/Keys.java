package com.voltageems.hissrv.query.store.questdb;

import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.TagFilter;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds the keys of rows. If the filters allow only one value for a tag, every row has that value;
 * the query neither groups by such a tag nor returns it, which saves a text per row. Not
 * thread-safe.
 */
final class Keys {
  /**
   * The value of each tag that is the same in every row; null for a tag that comes with the row.
   */
  private final List<@Nullable String> fixed = new ArrayList<>();

  private final List<String> read = new ArrayList<>();
  private @Nullable List<String> last;

  /**
   * @param names of the tags, in the order of their values in the key
   */
  Keys(Selection selection, List<String> names) {
    for (String name : names) {
      String only = only(selection, name);
      fixed.add(only);
      if (only == null) {
        read.add(name);
      }
    }
  }

  private static @Nullable String only(Selection selection, String tag) {
    for (TagFilter filter : selection.filters()) {
      if (filter.tag().equals(tag) && filter.values().size() == 1) {
        return filter.values().get(0);
      }
    }
    return null;
  }

  /** Returns the tags that must come with each row, in that order. */
  List<String> read() {
    return read;
  }

  /**
   * Returns the key of a row; mostly the same object as for the row before.
   *
   * @param at column of the first tag that comes with the row
   */
  List<String> of(ResultSet row, int at) throws SQLException {
    List<String> before = last;
    if (before != null && (read.isEmpty() || isSame(before, row, at))) {
      return before;
    }
    List<String> values = new ArrayList<>(fixed.size());
    int column = at;
    for (String known : fixed) {
      values.add(known == null ? RowReader.text(row, column++) : known);
    }
    List<String> key = List.copyOf(values);
    last = key;
    return key;
  }

  private boolean isSame(List<String> before, ResultSet row, int at) throws SQLException {
    int column = at;
    for (int i = 0; i < fixed.size(); i++) {
      if (fixed.get(i) == null && !before.get(i).equals(RowReader.text(row, column++))) {
        return false;
      }
    }
    return true;
  }
}

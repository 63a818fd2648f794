package com.voltageems.hissrv.query.store.questdb;

import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.TagFilter;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys of rows. A tag of which the filters let one value through has that value in every row:
 * it is neither grouped by nor sent, which is a text less for each of them. Not for several
 * threads.
 */
final class Keys {
  /** What each tag is in every row; null for one that comes with the row. */
  private final List<@Nullable String> fixed = new ArrayList<>();

  private final List<String> read = new ArrayList<>();
  private @Nullable List<String> last;

  /**
   * @param names of the tags, in the order in which the key has their values
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

  /** The tags that have to come with each row, in that order. */
  List<String> read() {
    return read;
  }

  /**
   * The key of a row, mostly that of the row before.
   *
   * @param at the column of the first tag that comes with it
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

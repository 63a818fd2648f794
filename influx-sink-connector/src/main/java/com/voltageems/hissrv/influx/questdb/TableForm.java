package com.voltageems.hissrv.influx.questdb;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How missing tables are created.
 *
 * @param ttl how long a partition is kept; empty for no limit
 * @param symbolCapacity the approximate number of values of a tag
 * @param isIndexed whether tags get an index
 */
public record TableForm(
    Partition partition, Optional<Ttl> ttl, int symbolCapacity, boolean isIndexed) {
  /** The characters that a column's name may not contain, and control characters. */
  private static final Pattern FORBIDDEN =
      Pattern.compile("[?.,'\"\\\\/:()+*%~-]|[\\p{Cntrl}\ufeff]");

  private static final int LONGEST_NAME = 127;

  /**
   * The longest name in bytes: QuestDB makes files of it, for which file systems take 255, and adds
   * up to a dozen.
   */
  private static final int MOST_BYTES = 240;

  public TableForm {
    ttl.ifPresent(kept -> kept.check(partition));
  }

  /** The span of a partition. */
  public enum Partition {
    HOUR(1, 0),
    DAY(24, 0),
    WEEK(168, 0),
    MONTH(0, 1),
    YEAR(0, 12);

    private final int hours;
    private final int months;

    Partition(int hours, int months) {
      this.hours = hours;
      this.months = months;
    }
  }

  /**
   * A length of time in one of QuestDB's units: h, d, w, M, y.
   *
   * @param unit one of these letters
   */
  public record Ttl(int count, char unit) {
    private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,5})([hdwMy])");

    /**
     * Parses a length of time from a setting.
     *
     * @throws IllegalArgumentException with a message for the user
     */
    public static Ttl parse(String text) {
      Matcher form = FORM.matcher(text);
      if (!form.matches()) {
        throw new IllegalArgumentException("not a length such as 12h, 90d, 8w, 6M (months) or 2y");
      }
      return new Ttl(Integer.parseInt(form.group(1)), form.group(2).charAt(0));
    }

    /** Throws unless this is a multiple of a partition, because QuestDB drops whole partitions. */
    private void check(Partition partition) {
      int hours = unit == 'h' ? count : unit == 'd' ? 24 * count : unit == 'w' ? 168 * count : 0;
      int months = unit == 'M' ? count : unit == 'y' ? 12 * count : 0;
      boolean whole =
          partition.hours > 0
              ? hours % partition.hours == 0
              : hours == 0 && months % partition.months == 0;
      if (!whole) {
        throw new IllegalArgumentException(
            "not a multiple of a partition, which is a "
                + partition.name().toLowerCase(Locale.ROOT));
      }
    }

    private String sql() {
      return switch (unit) {
        case 'h' -> count + " HOURS";
        case 'd' -> count + " DAYS";
        case 'w' -> count + " WEEKS";
        case 'M' -> count + " MONTHS";
        default -> count + " YEARS";
      };
    }
  }

  /**
   * Returns the statement that creates a table. It has no {@code DEDUP UPSERT KEYS}: these would
   * replace whole rows, and a tag that is added later would not be one of the keys.
   *
   * @param tags the tags of the table's first points; names that cannot be columns are left out
   */
  public String create(String table, Set<String> tags) {
    StringBuilder sql =
        new StringBuilder("create table if not exists ")
            .append(quoted(table))
            .append(" (timestamp timestamp");
    Map<String, String> columns = new LinkedHashMap<>();
    tags.stream()
        .sorted()
        .filter(TableForm::canBeColumn)
        .forEach(tag -> columns.putIfAbsent(tag.toLowerCase(Locale.ROOT), tag));
    for (String tag : columns.values()) {
      sql.append(", ").append(quoted(tag)).append(" symbol capacity ").append(symbolCapacity);
      if (isIndexed) {
        sql.append(" index");
      }
    }
    sql.append(") timestamp(timestamp) partition by ").append(partition.name());
    ttl.ifPresent(kept -> sql.append(" ttl ").append(kept.sql()));
    return sql.append(" wal").toString();
  }

  /**
   * Returns whether a name is too long for a table or column. QuestDB looks at the characters only;
   * beyond the bytes it fails, or acknowledges the lines and then shows nothing of the table.
   */
  static boolean isTooLong(String name) {
    return name.length() > LONGEST_NAME
        || name.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES;
  }

  /** Returns the reason for refusing a name that is too long. */
  static String tooLong() {
    return "is longer than "
        + LONGEST_NAME
        + " characters or "
        + MOST_BYTES
        + " bytes, which QuestDB cannot keep";
  }

  private static boolean canBeColumn(String tag) {
    return !tag.equalsIgnoreCase("timestamp") && !isTooLong(tag) && !FORBIDDEN.matcher(tag).find();
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}

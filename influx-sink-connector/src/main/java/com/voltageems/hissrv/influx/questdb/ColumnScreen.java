package com.voltageems.hissrv.influx.questdb;

import com.voltageems.hissrv.influx.answer.WriteOutcome;
import com.voltageems.hissrv.influx.delivery.Screen;
import com.voltageems.hissrv.influx.point.FieldValue;
import com.voltageems.hissrv.influx.point.Point;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Screen that keeps two different quantities out of one QuestDB column. QuestDB's names ignore
 * letter case, and the tags and fields of a table share its columns. If one line has {@code P} and
 * {@code p}, QuestDB drops one of them; in two lines, it mixes them. A number in a tag's column
 * becomes a tag, and a field called {@code timestamp} in the first line of a table spoils the
 * table. QuestDB answers 204 to all of that.
 *
 * <p>The screen remembers names that were found to be right; only a new name leads to a question to
 * the database. While the database does not list its tables, the screen has to go by the names that
 * were written here.
 */
public final class ColumnScreen implements Screen {
  /** The name of the setting for the most columns that a table may get. */
  public static final String MOST = "questdb.columns.max";

  private static final String TIME = "timestamp";
  private static final String SYMBOL = "SYMBOL";
  private static final String BOOLEAN = "BOOLEAN";

  private final Tables tables;
  private final int most;
  private final Clock clock;
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  /** Measurements whose table could not be seen, each with the time to ask the database again. */
  private final Map<String, Instant> unseen = new ConcurrentHashMap<>();

  /** The name of each table, by that name in lower case. */
  private final Map<String, String> tableNames = new ConcurrentHashMap<>();

  /**
   * @param most how many columns a table may get
   */
  public ColumnScreen(Tables tables, int most, Clock clock) {
    this.tables = tables;
    this.most = most;
    this.clock = clock;
  }

  /**
   * The names of a measurement.
   *
   * @param tags names that are right as tags
   * @param fields names that are right as fields of numbers and texts
   * @param booleans names that are right as fields of booleans
   */
  private record Known(
      Set<String> tags, Set<String> fields, Set<String> booleans, Map<String, Owner> columns) {
    Known() {
      this(
          ConcurrentHashMap.newKeySet(),
          ConcurrentHashMap.newKeySet(),
          ConcurrentHashMap.newKeySet(),
          new HashMap<>());
    }

    Set<String> fields(Point.Field field) {
      return isBoolean(field) ? booleans : fields;
    }
  }

  /** The name and type of a column. */
  private record Owner(String name, String type, boolean isTime) {
    boolean isTag() {
      return type.equals(SYMBOL);
    }
  }

  @Override
  public boolean passes(Point point) {
    Known names = known.get(point.measurement());
    if (names == null || isToBeSeen(point.measurement())) {
      return false;
    }
    for (Point.Tag tag : point.tags()) {
      if (!names.tags().contains(tag.name())) {
        return false;
      }
    }
    for (Point.Field field : point.fields()) {
      if (!names.fields(field).contains(field.name())) {
        return false;
      }
    }
    return true;
  }

  private boolean isToBeSeen(String measurement) {
    Instant again = unseen.get(measurement);
    return again != null && !clock.instant().isBefore(again);
  }

  @Override
  public WriteOutcome learn(Map<String, Set<String>> tags) {
    for (Map.Entry<String, Set<String>> measurement : tags.entrySet()) {
      WriteOutcome outcome = learn(measurement.getKey(), measurement.getValue());
      if (!(outcome instanceof WriteOutcome.Written)) {
        return outcome;
      }
    }
    return new WriteOutcome.Written();
  }

  private WriteOutcome learn(String measurement, Set<String> tags) {
    Tables.Answer answer = tables.ask(measurement);
    if (answer.trouble() != null) {
      return answer.trouble();
    }
    if (answer.again() != null) {
      unseen.put(measurement, answer.again());
      return new WriteOutcome.Written();
    }
    unseen.remove(measurement);
    if (answer.table() == null && TableForm.isTooLong(measurement)) {
      return new WriteOutcome.Written(); // its points are refused, each with the reason
    }
    if (answer.table() == null) {
      // The columns of a table made now are the names that are judged next; later questions see the
      // table itself.
      return tables.create(measurement, tags);
    }
    tableNames.put(lower(measurement), answer.table().name());
    learn(known.computeIfAbsent(measurement, name -> new Known()), answer.table());
    return new WriteOutcome.Written();
  }

  private static void learn(Known names, Tables.Table table) {
    synchronized (names) {
      for (Tables.Column column : table.columns()) {
        names
            .columns()
            .put(lower(column.name()), new Owner(column.name(), column.type(), column.isTime()));
      }
      // Another task may have created a column first that this task took for its own.
      names.tags().removeIf(tag -> !isOwn(tag, true, names));
      names.fields().removeIf(field -> !isOwn(field, false, names));
      names.booleans().removeIf(field -> !isOwn(field, false, names));
    }
  }

  private static boolean isOwn(String name, boolean isTag, Known names) {
    Owner owner = names.columns().get(lower(name));
    return owner != null && owner.name().equals(name) && owner.isTag() == isTag;
  }

  @Override
  public Verdict judge(Point point) {
    if (!tableNames.containsKey(lower(point.measurement()))
        && TableForm.isTooLong(point.measurement())) {
      return refused("the measurement's name " + TableForm.tooLong());
    }
    String table = tableNames.putIfAbsent(lower(point.measurement()), point.measurement());
    if (table != null && !table.equals(point.measurement())) {
      return refused(
          "the measurement '"
              + point.measurement()
              + "' would go into the table '"
              + table
              + "': QuestDB's names have no letter case");
    }
    Known names = known.computeIfAbsent(point.measurement(), name -> new Known());
    synchronized (names) {
      Map<String, Owner> columns = names.columns();
      int more = newColumns(point, columns);
      if (more > 0 && columns.size() + more > most) {
        return refused(
            String.format(
                Locale.ROOT,
                "would give the table '%s' %d columns, %d of them new; the most is %d (%s)",
                point.measurement(),
                columns.size() + more,
                more,
                most,
                MOST));
      }
      Set<String> ofPoint = new HashSet<>();
      for (Point.Tag tag : point.tags()) {
        String flaw = flaw(tag.name(), true, columns, ofPoint);
        if (flaw != null) {
          return refused("tag '" + tag.name() + "' " + flaw);
        }
      }
      List<Reason> leftOut = new ArrayList<>();
      for (Point.Field field : point.fields()) {
        String flaw = flaw(field.name(), false, columns, ofPoint);
        flaw = flaw == null ? typeFlaw(field, columns) : flaw;
        if (flaw != null) {
          leftOut.add(new Reason(field.name(), flaw));
        }
      }
      if (leftOut.size() < point.fields().size()) {
        remember(point, leftOut, names);
      }
      return new Verdict(null, leftOut);
    }
  }

  private static int newColumns(Point point, Map<String, Owner> columns) {
    Set<String> fresh = new HashSet<>();
    point.tags().forEach(tag -> fresh.add(lower(tag.name())));
    point.fields().forEach(field -> fresh.add(lower(field.name())));
    fresh.removeIf(columns::containsKey);
    return fresh.size();
  }

  private static Verdict refused(String reason) {
    return new Verdict(reason, List.of());
  }

  /** Returns why a name cannot be written as the tag or field that it is; null if it can. */
  private static @Nullable String flaw(
      String name, boolean isTag, Map<String, Owner> columns, Set<String> ofPoint) {
    String column = lower(name);
    Owner owner = columns.get(column);
    if (column.equals(TIME) || (owner != null && owner.isTime())) {
      return "has the name of the table's time column";
    }
    if (!ofPoint.add(column)) {
      return "appears twice: QuestDB's names have no letter case, and tags and fields share them";
    }
    if (owner == null) {
      return TableForm.isTooLong(name) ? TableForm.tooLong() : null;
    }
    if (!owner.name().equals(name)) {
      return "would go into the column '" + owner.name() + "': QuestDB's names have no letter case";
    }
    if (owner.isTag() != isTag) {
      return isTag
          ? "has the name of a column that is not a tag (SYMBOL)"
          : "has the name of a tag's column (SYMBOL)";
    }
    return null;
  }

  /**
   * Returns why a field does not fit its column's type; null if it fits. In a column of numbers,
   * QuestDB would turn true into 1.
   */
  private static @Nullable String typeFlaw(Point.Field field, Map<String, Owner> columns) {
    Owner owner = columns.get(lower(field.name()));
    return owner != null && isBoolean(field) && !owner.type().equals(BOOLEAN)
        ? "is a boolean, and its column is " + owner.type() + ", where QuestDB would change it"
        : null;
  }

  private static boolean isBoolean(Point.Field field) {
    return field.value().kind() == FieldValue.Kind.BOOLEAN;
  }

  /** Remembers the point's names: from now on, each of them owns its column. */
  private static void remember(Point point, List<Reason> leftOut, Known names) {
    for (Point.Tag tag : point.tags()) {
      names.columns().putIfAbsent(lower(tag.name()), new Owner(tag.name(), SYMBOL, false));
      names.tags().add(tag.name());
    }
    Set<String> wrong = new HashSet<>();
    leftOut.forEach(reason -> wrong.add(reason.field()));
    for (Point.Field field : point.fields()) {
      if (!wrong.contains(field.name())) {
        String type = isBoolean(field) ? BOOLEAN : field.value().kind().toString();
        names.columns().putIfAbsent(lower(field.name()), new Owner(field.name(), type, false));
        names.fields(field).add(field.name());
      }
    }
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}

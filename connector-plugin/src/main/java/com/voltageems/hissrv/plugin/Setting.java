package com.voltageems.hissrv.plugin;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Width;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

/**
 * One setting of a connector, declared in one place: its name, the valid values, its text in the
 * table of settings, and how its value is read. {@link SettingGroups} builds Kafka's {@link
 * ConfigDef} from settings.
 *
 * <pre>{@code
 * static final Setting<Duration> LINGER =
 *     Setting.millis("linger.ms", 200, 0, 60_000).doc("The longest wait for a request to fill.");
 *
 * Duration linger = LINGER.in(config);
 * }</pre>
 *
 * <p>Immutable: each method that changes something returns another setting.
 *
 * @param <T> type of the value once read; never null, an {@link Optional} if the setting may be
 *     left out
 */
public final class Setting<T> {
  private final String name;
  private final ConfigDef.Type type;
  private final @Nullable Object defaultValue;
  private final Help help;
  private final ConfigDef.@Nullable Validator validator;
  private final ConfigDef.@Nullable Recommender recommender;
  private final BiFunction<AbstractConfig, String, T> reader;

  /** The texts and hints that forms and tables show. */
  private record Help(String doc, Importance importance, Width width, List<String> dependents) {
    private static final Help NONE = new Help("", Importance.MEDIUM, Width.MEDIUM, List.of());
  }

  private Setting(
      String name,
      ConfigDef.Type type,
      @Nullable Object defaultValue,
      Help help,
      ConfigDef.@Nullable Validator validator,
      ConfigDef.@Nullable Recommender recommender,
      BiFunction<AbstractConfig, String, T> reader) {
    this.name = name;
    this.type = type;
    this.defaultValue = defaultValue;
    this.help = help;
    this.validator = validator;
    this.recommender = recommender;
    this.reader = reader;
  }

  private static <T> Setting<T> of(
      String name,
      ConfigDef.Type type,
      @Nullable Object defaultValue,
      ConfigDef.@Nullable Validator validator,
      BiFunction<AbstractConfig, String, T> reader) {
    return new Setting<>(name, type, defaultValue, Help.NONE, validator, null, reader);
  }

  /** Returns a required text. */
  public static Setting<String> text(String name) {
    return of(
        name, ConfigDef.Type.STRING, ConfigDef.NO_DEFAULT_VALUE, null, AbstractConfig::getString);
  }

  /** Returns a text with a default; the text may be empty. */
  public static Setting<String> text(String name, String defaultValue) {
    return of(name, ConfigDef.Type.STRING, defaultValue, null, AbstractConfig::getString);
  }

  /** Returns an optional text; an empty text counts as left out. */
  public static Setting<Optional<String>> optionalText(String name) {
    return of(
        name,
        ConfigDef.Type.STRING,
        null,
        null,
        (config, key) ->
            Optional.ofNullable(config.getString(key)).filter(text -> !text.isEmpty()));
  }

  /**
   * Returns an optional secret, read by {@link Submission#password}: blanks at its ends are part of
   * it.
   */
  public static Setting<Optional<Password>> secret(String name) {
    return of(
        name,
        ConfigDef.Type.PASSWORD,
        null,
        null,
        (config, key) -> Optional.ofNullable(Submission.password(config.originals().get(key))));
  }

  public static Setting<Boolean> flag(String name, boolean defaultValue) {
    return of(name, ConfigDef.Type.BOOLEAN, defaultValue, null, AbstractConfig::getBoolean)
        .width(Width.SHORT);
  }

  /** Returns a whole number from {@code least} to {@code most}, both included. */
  public static Setting<Integer> count(String name, int defaultValue, int least, int most) {
    ConfigDef.Validator range =
        most == Integer.MAX_VALUE
            ? ConfigDef.Range.atLeast(least)
            : ConfigDef.Range.between(least, most);
    return of(name, ConfigDef.Type.INT, defaultValue, range, AbstractConfig::getInt)
        .width(Width.SHORT);
  }

  /** Returns a number of milliseconds from {@code least} to {@code most}, both included. */
  public static Setting<Duration> millis(String name, long defaultValue, long least, long most) {
    ConfigDef.Validator range =
        most == Long.MAX_VALUE
            ? ConfigDef.Range.atLeast(least)
            : ConfigDef.Range.between(least, most);
    return of(
            name,
            ConfigDef.Type.LONG,
            defaultValue,
            range,
            (config, key) -> Duration.ofMillis(config.getLong(key)))
        .width(Width.SHORT);
  }

  /**
   * Returns a list. Its default is written as a user writes it, with commas; an empty text is an
   * empty list.
   */
  public static Setting<List<String>> list(String name, String defaultValue) {
    return of(name, ConfigDef.Type.LIST, defaultValue, null, AbstractConfig::getList)
        .width(Width.LONG);
  }

  /** Returns a required list. */
  public static Setting<List<String>> list(String name) {
    return of(name, ConfigDef.Type.LIST, ConfigDef.NO_DEFAULT_VALUE, null, AbstractConfig::getList)
        .width(Width.LONG);
  }

  /**
   * Returns a choice among the values of an enum, written in lower case and with {@code -} for
   * {@code _}.
   */
  public static <E extends Enum<E>> Setting<E> choice(String name, E defaultValue) {
    Class<E> values = defaultValue.getDeclaringClass();
    String[] texts =
        Arrays.stream(values.getEnumConstants()).map(Setting::written).toArray(String[]::new);
    return choice(name, written(defaultValue), texts)
        .as(text -> Enum.valueOf(values, text.toUpperCase(Locale.ROOT).replace('-', '_')));
  }

  /** Returns a choice among the texts {@code valid}. */
  public static Setting<String> choice(String name, String defaultValue, String... valid) {
    return of(
            name,
            ConfigDef.Type.STRING,
            defaultValue,
            Validators.oneOf(valid),
            (BiFunction<AbstractConfig, String, String>) AbstractConfig::getString)
        .width(Width.SHORT)
        .recommended(Recommenders.oneOf(valid));
  }

  /** Returns the text that {@link #choice(String, Enum)} uses for a value. */
  public static String written(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Returns a copy with the text for the table of settings: one or more sentences. */
  public Setting<T> doc(String doc) {
    return with(new Help(doc, help.importance, help.width, help.dependents));
  }

  public Setting<T> high() {
    return with(new Help(help.doc, Importance.HIGH, help.width, help.dependents));
  }

  public Setting<T> low() {
    return with(new Help(help.doc, Importance.LOW, help.width, help.dependents));
  }

  public Setting<T> width(Width width) {
    return with(new Help(help.doc, help.importance, width, help.dependents));
  }

  /** Returns a copy that names the settings whose recommender depends on this one. */
  public Setting<T> dependents(List<String> names) {
    return with(new Help(help.doc, help.importance, help.width, List.copyOf(names)));
  }

  /** Returns a copy with another validator. */
  public Setting<T> valid(ConfigDef.Validator other) {
    return new Setting<>(name, type, defaultValue, help, other, recommender, reader);
  }

  /**
   * Returns a copy whose validator is a check of texts.
   *
   * @param description what is valid, for messages and the table, such as {@code host:port}
   * @param check throws an IllegalArgumentException that says what is wrong with a value; called
   *     for each element of a list
   */
  public Setting<T> valid(String description, Consumer<String> check) {
    return valid(
        type == ConfigDef.Type.LIST
            ? Validators.eachOf(description, check)
            : Validators.of(description, check));
  }

  /**
   * Returns a copy with a recommender: the values that a form offers, and whether it shows this
   * setting.
   */
  public Setting<T> recommended(ConfigDef.Recommender other) {
    return new Setting<>(name, type, defaultValue, help, validator, other, reader);
  }

  /** Returns a copy that converts the value after reading, for example parses a text. */
  public <U> Setting<U> as(Function<? super T, ? extends U> further) {
    return new Setting<>(
        name,
        type,
        defaultValue,
        help,
        validator,
        recommender,
        (config, key) -> further.apply(reader.apply(config, key)));
  }

  /** Returns the same setting with a prefix before its name, such as {@code sources.meters.}. */
  public Setting<T> under(String prefix) {
    return new Setting<>(prefix + name, type, defaultValue, help, validator, recommender, reader);
  }

  public String name() {
    return name;
  }

  /** Returns the text for the table of settings. */
  public String doc() {
    return help.doc;
  }

  /**
   * Returns whether both can be defined as one setting: same name, type, default, validator text
   * and importance. Their docs may differ.
   */
  public boolean agreesWith(Setting<?> other) {
    return name.equals(other.name)
        && type == other.type
        && Objects.equals(defaultValue, other.defaultValue)
        && Objects.toString(validator).equals(Objects.toString(other.validator))
        && help.importance == other.help.importance;
  }

  /**
   * Returns the value of this setting in a configuration whose definition contains it.
   *
   * @throws org.apache.kafka.common.config.ConfigException if the definition does not contain it
   */
  public T in(AbstractConfig config) {
    return reader.apply(config, name);
  }

  private Setting<T> with(Help other) {
    return new Setting<>(name, type, defaultValue, other, validator, recommender, reader);
  }

  void define(ConfigDef def, String group, int order) {
    def.define(
        name,
        type,
        defaultValue,
        validator,
        help.importance,
        help.doc,
        group,
        order,
        help.width,
        name,
        help.dependents,
        recommender);
  }

  @Override
  public String toString() {
    return name;
  }
}

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
 * One setting of a connector, declared once: its name, what is valid, what the table of settings
 * says of it, and how its value is read. {@link SettingGroups} makes Kafka's {@link ConfigDef} of
 * them.
 *
 * <pre>{@code
 * static final Setting<Duration> LINGER =
 *     Setting.millis("linger.ms", 200, 0, 60_000).doc("The longest wait for a request to fill.");
 *
 * Duration linger = LINGER.in(config);
 * }</pre>
 *
 * <p>Immutable: each method that changes something gives another setting.
 *
 * @param <T> what its value is once read; never null, an {@link Optional} where it may be left out
 */
public final class Setting<T> {
  private final String name;
  private final ConfigDef.Type type;
  private final @Nullable Object defaultValue;
  private final Help help;
  private final ConfigDef.@Nullable Validator validator;
  private final ConfigDef.@Nullable Recommender recommender;
  private final BiFunction<AbstractConfig, String, T> reader;

  /** What a person is shown. */
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

  /** A text that has to be given. */
  public static Setting<String> text(String name) {
    return of(
        name, ConfigDef.Type.STRING, ConfigDef.NO_DEFAULT_VALUE, null, AbstractConfig::getString);
  }

  /** A text with a default, which may be empty. */
  public static Setting<String> text(String name, String defaultValue) {
    return of(name, ConfigDef.Type.STRING, defaultValue, null, AbstractConfig::getString);
  }

  /** A text that may be left out, as an empty one is. */
  public static Setting<Optional<String>> optionalText(String name) {
    return of(
        name,
        ConfigDef.Type.STRING,
        null,
        null,
        (config, key) ->
            Optional.ofNullable(config.getString(key)).filter(text -> !text.isEmpty()));
  }

  /** A secret, read as {@link Submission#password} does: its blanks are part of it. */
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

  /** A whole number from {@code least} to {@code most}, both included. */
  public static Setting<Integer> count(String name, int defaultValue, int least, int most) {
    ConfigDef.Validator range =
        most == Integer.MAX_VALUE
            ? ConfigDef.Range.atLeast(least)
            : ConfigDef.Range.between(least, most);
    return of(name, ConfigDef.Type.INT, defaultValue, range, AbstractConfig::getInt)
        .width(Width.SHORT);
  }

  /** Milliseconds from {@code least} to {@code most}, both included. */
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

  /** A list whose default is written as the user would, with commas; empty for none. */
  public static Setting<List<String>> list(String name, String defaultValue) {
    return of(name, ConfigDef.Type.LIST, defaultValue, null, AbstractConfig::getList)
        .width(Width.LONG);
  }

  /** A list that has to be given. */
  public static Setting<List<String>> list(String name) {
    return of(name, ConfigDef.Type.LIST, ConfigDef.NO_DEFAULT_VALUE, null, AbstractConfig::getList)
        .width(Width.LONG);
  }

  /** One of the values of an enum, in lower case and with {@code -} for {@code _}. */
  public static <E extends Enum<E>> Setting<E> choice(String name, E defaultValue) {
    Class<E> values = defaultValue.getDeclaringClass();
    String[] texts =
        Arrays.stream(values.getEnumConstants()).map(Setting::written).toArray(String[]::new);
    return choice(name, written(defaultValue), texts)
        .as(text -> Enum.valueOf(values, text.toUpperCase(Locale.ROOT).replace('-', '_')));
  }

  /** One of some texts. */
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

  /** How {@link #choice(String, Enum)} writes a value. */
  public static String written(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** One or more sentences for the table of settings. */
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

  /** The settings whose recommender looks at this one. */
  public Setting<T> dependents(List<String> names) {
    return with(new Help(help.doc, help.importance, help.width, List.copyOf(names)));
  }

  /** What is valid, instead of what was valid so far. */
  public Setting<T> valid(ConfigDef.Validator other) {
    return new Setting<>(name, type, defaultValue, help, other, recommender, reader);
  }

  /**
   * What is valid.
   *
   * @param description for messages and the table, such as {@code host:port}
   * @param check throws IllegalArgumentException that says what is wrong with a value; is asked for
   *     each element of a list
   */
  public Setting<T> valid(String description, Consumer<String> check) {
    return valid(
        type == ConfigDef.Type.LIST
            ? Validators.eachOf(description, check)
            : Validators.of(description, check));
  }

  /** What a form offers, and when it shows this setting at all. */
  public Setting<T> recommended(ConfigDef.Recommender other) {
    return new Setting<>(name, type, defaultValue, help, validator, other, reader);
  }

  /** The value read further, such as a text that is parsed. */
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

  /** The same setting with a prefix before its name, such as {@code sources.meters.}. */
  public Setting<T> under(String prefix) {
    return new Setting<>(prefix + name, type, defaultValue, help, validator, recommender, reader);
  }

  public String name() {
    return name;
  }

  /** What the table of settings says of it. */
  public String doc() {
    return help.doc;
  }

  /** Whether both can be one setting: they differ in nothing but what they mean. */
  public boolean agreesWith(Setting<?> other) {
    return name.equals(other.name)
        && type == other.type
        && Objects.equals(defaultValue, other.defaultValue)
        && Objects.toString(validator).equals(Objects.toString(other.validator))
        && help.importance == other.help.importance;
  }

  /**
   * Its value in a configuration that was made with a definition that has it.
   *
   * @throws org.apache.kafka.common.config.ConfigException when the definition does not have it
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

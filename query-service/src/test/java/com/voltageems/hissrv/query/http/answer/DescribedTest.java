package com.voltageems.hissrv.query.http.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.query.http.ask.BadRequestException;
import com.voltageems.hissrv.query.http.ask.NotFoundException;
import com.voltageems.hissrv.query.resolution.Copy;
import com.voltageems.hissrv.query.resolution.CopyResolutions;
import com.voltageems.hissrv.query.resolution.Expired;
import com.voltageems.hissrv.query.resolution.Resolutions;
import com.voltageems.hissrv.query.storage.Coverage;
import com.voltageems.hissrv.query.storage.plan.Task;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.tier.Tiers;
import com.voltageems.hissrv.query.store.window.FixedWindows;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DescribedTest {
  private static final Deadline DEADLINE = Deadline.in(Duration.ofMinutes(1));

  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicLong nanos = new AtomicLong();
  private Optional<Measurement> there = Optional.of(measurement("a"));
  private Set<String> names = Set.of("m");
  private final Described described =
      new Described(store(), Resolutions.RAW.discovery(), nanos::get);

  private static Measurement measurement(String... fields) {
    return new Measurement(
        "m",
        List.of(),
        List.of(fields).stream().map(name -> new Field(name, Field.Kind.NUMBER)).toList());
  }

  /** Answers only what it is asked here. */
  private HistoryStore store() {
    return (HistoryStore)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {HistoryStore.class},
            (proxy, method, arguments) -> {
              assertThat(method.getName()).isEqualTo("measurement");
              asked.incrementAndGet();
              return names.contains(arguments[0])
                  ? there.map(one -> new Measurement(named(arguments[0]), one.tags(), one.fields()))
                  : Optional.empty();
            });
  }

  private static String named(Object argument) {
    return (String) argument;
  }

  /** InfluxDB tells "m" and "m " apart: the data of the one was answered for the other. */
  @Test
  void nameWithABlankAtItsEnd_isItself_ifThereIsOne() {
    names = Set.of("m", " m", "m ");
    assertThat(described.with("m ", DEADLINE, Measurement::name)).isEqualTo("m ");
    assertThat(described.with(" m", DEADLINE, Measurement::name)).isEqualTo(" m");
    assertThat(described.with(" m ", DEADLINE, Measurement::name)).isEqualTo("m");
    assertThatThrownBy(() -> described.with(" ", DEADLINE, Measurement::name))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> described.with(" n ", DEADLINE, Measurement::name))
        .hasMessage("there is no measurement \"n\"; /measurements lists them");
  }

  private static Function<Measurement, String> field(String name) {
    return measurement ->
        measurement
            .field(name)
            .map(Field::name)
            .orElseThrow(() -> new BadRequestException("fields", name, "a field"));
  }

  @Test
  void isAskedOnce_andAgainAfterTwoSeconds() {
    for (int i = 0; i < 5; i++) {
      assertThat(described.with("m", DEADLINE, field("a"))).isEqualTo("a");
      assertThat(described.find("m", DEADLINE, one -> one.field("a"))).isPresent();
    }
    assertThat(asked).hasValue(1);
    nanos.addAndGet(Duration.ofSeconds(2).toNanos() + 1);
    described.with("m", DEADLINE, field("a"));
    assertThat(asked).hasValue(2);
  }

  @Test
  void fieldThatIsNew_isNotRefused() {
    described.with("m", DEADLINE, field("a"));
    there = Optional.of(measurement("a", "b"));

    assertThat(described.with("m", DEADLINE, field("b"))).isEqualTo("b");
    assertThat(asked).hasValue(2);
    there = Optional.of(measurement("a", "b", "c"));
    assertThat(described.find("m", DEADLINE, one -> one.field("c"))).isPresent();
    assertThat(asked).hasValue(3);
  }

  @Test
  void fieldThatIsNotThere_isRefusedByWhatTheDatabaseSaysNow() {
    described.with("m", DEADLINE, field("a"));

    assertThatThrownBy(() -> described.with("m", DEADLINE, field("x")))
        .isInstanceOf(BadRequestException.class);
    assertThat(asked).hasValue(2);
    assertThat(described.find("m", DEADLINE, one -> one.field("x"))).isEmpty();
  }

  /** A column that is gone: the database refuses what was made by the old description. */
  @Test
  void queryThatTheDatabaseRefuses_isMadeAnew() {
    described.with("m", DEADLINE, field("a"));
    there = Optional.of(measurement("b"));

    Function<Measurement, String> byOldColumns =
        one -> {
          if (one.field("a").isPresent()) {
            throw new StoreException(StoreException.Kind.FAILED, "no such column", new Exception());
          }
          return "again";
        };
    assertThat(described.with("m", DEADLINE, byOldColumns)).isEqualTo("again");
    assertThatThrownBy(
            () ->
                described.with(
                    "m",
                    DEADLINE,
                    one -> {
                      throw new StoreException(
                          StoreException.Kind.UNAVAILABLE, "away", new Exception());
                    }))
        .isInstanceOf(StoreException.class);
    assertThat(asked).hasValue(2);
  }

  @Test
  void measurementThatIsNotThere_isAskedForAgain() {
    there = Optional.empty();
    assertThatThrownBy(() -> described.with("m", DEADLINE, field("a")))
        .isInstanceOf(NotFoundException.class);
    assertThat(described.find("m", DEADLINE, one -> one.field("a"))).isEmpty();
    there = Optional.of(measurement("a"));
    assertThat(described.with("m", DEADLINE, field("a"))).isEqualTo("a");
    assertThat(asked).hasValue(3);
  }

  /** Of a field, and of the whole measurement, whose samples have all expired. */
  @Test
  void whatOnlyCopiesHave_isAsTheyHaveIt() {
    Measurement copy =
        new Measurement(
            "m",
            List.of("ch"),
            List.of("a_count", "a_sum", "old_count", "old_sum").stream()
                .map(name -> new Field(name, Field.Kind.NUMBER))
                .toList());
    Tiers tiers =
        (Tiers)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Tiers.class},
                (proxy, method, arguments) -> method.getName().equals("measurement") ? copy : true);
    Task task = Task.of("hourly", "realtime", "hourly", "1h", List.of());
    Copy hourly =
        new Copy(task, new FixedWindows(3_600_000), Coverage.NONE, Coverage.NONE, List.of());
    AtomicReference<@Nullable Long> expired = new AtomicReference<>(1L);
    Described both =
        new Described(
            store(),
            new CopyResolutions(
                    () ->
                        new CopyResolutions.Known(
                            List.of(hourly), new Expired(expired.get(), List.of()), tiers))
                .discovery(),
            nanos::get);

    assertThat(both.<Integer>with("m", DEADLINE, one -> one.fields().size())).isEqualTo(1);
    for (int i = 0; i < 2; i++) {
      assertThat(both.with("m", DEADLINE, field("old"))).isEqualTo("old");
      nanos.addAndGet(Duration.ofSeconds(2).toNanos() + 1);
    }
    assertThat(both.find("m", DEADLINE, one -> one.field("old"))).isPresent();
    assertThatThrownBy(() -> both.with("m", DEADLINE, field("x")))
        .isInstanceOf(BadRequestException.class);
    there = Optional.empty();
    nanos.addAndGet(Duration.ofSeconds(2).toNanos() + 1);
    assertThat(both.<Measurement>with("m", DEADLINE, one -> one))
        .isEqualTo(new Measurement("m", List.of("ch"), measurement("a", "old").fields()));
    expired.set(null);
    assertThatThrownBy(() -> both.with("m", DEADLINE, field("a")))
        .as("nothing has expired")
        .isInstanceOf(NotFoundException.class);
  }
}

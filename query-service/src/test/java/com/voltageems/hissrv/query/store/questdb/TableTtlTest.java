package com.voltageems.hissrv.query.store.questdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.query.store.questdb.TableTtl.Partition;
import java.time.Duration;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

class TableTtlTest {
  private static String ddl(String kept) {
    return "CREATE TABLE 'm' ( \n\t'a PARTITION BY YEAR TTL 1 YEARS' DOUBLE,\n\ttimestamp TIMESTAMP\n"
        + ") timestamp(timestamp) PARTITION BY "
        + kept
        + "\nWITH maxUncommittedRows=500000, o3MaxLag=600000000us;";
  }

  @Test
  void ddl_isRead() {
    assertThat(TableTtl.of(ddl("DAY WAL"))).isEqualTo(new TableTtl(Partition.DAY, null));
    assertThat(TableTtl.of(ddl("DAY TTL 7 DAYS WAL")))
        .isEqualTo(new TableTtl(Partition.DAY, Duration.ofDays(7)));
    assertThat(TableTtl.of(ddl("HOUR TTL 1 HOUR BYPASS WAL")))
        .isEqualTo(new TableTtl(Partition.HOUR, Duration.ofHours(1)));
    assertThat(TableTtl.of(ddl("MONTH TTL 2 MONTHS")))
        .isEqualTo(new TableTtl(Partition.MONTH, Duration.ofDays(58)));
    assertThat(TableTtl.of(ddl("NONE"))).isEqualTo(new TableTtl(null, null));
    assertThatThrownBy(() -> TableTtl.of("CREATE TABLE x"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void times_areWholePartitions_neverShorter() {
    assertThat(TableTtl.text(Partition.DAY, Duration.ofDays(7))).isEqualTo("7 DAY");
    assertThat(TableTtl.text(Partition.DAY, Duration.ofHours(25))).isEqualTo("2 DAY");
    assertThat(TableTtl.text(Partition.MONTH, Duration.ofDays(61))).isEqualTo("3 MONTH");
    assertThat(TableTtl.text(Partition.YEAR, Duration.ofDays(1))).isEqualTo("1 YEAR");
    assertThat(Partition.of(Duration.ofDays(30))).contains(Partition.MONTH);
    assertThat(Partition.of(Duration.ofDays(3))).isEmpty();
  }

  /** QuestDB's are those of the calendar: two of them end after 59 days with a February. */
  @Test
  void months_lastAtLeastAsLongAsAskedFor() {
    assertThat(TableTtl.text(Partition.MONTH, Duration.ofDays(28))).isEqualTo("1 MONTH");
    assertThat(TableTtl.text(Partition.MONTH, Duration.ofDays(30))).isEqualTo("2 MONTH");
    assertThat(TableTtl.text(Partition.MONTH, Duration.ofDays(60))).isEqualTo("3 MONTH");
    assertThat(TableTtl.text(Partition.MONTH, Duration.ofDays(365))).isEqualTo("12 MONTH");
    assertThat(TableTtl.text(Partition.MONTH, Duration.ofDays(366))).isEqualTo("13 MONTH");
    for (int days = 1; days < 1200; days++) {
      long months = Partition.MONTH.count(Duration.ofDays(days));
      for (LocalDate end = LocalDate.of(2023, 1, 1); end.getYear() < 2028; end = end.plusDays(1)) {
        assertThat(ChronoUnit.DAYS.between(end.minusMonths(months), end))
            .as("%s months before %s", months, end)
            .isGreaterThanOrEqualTo(days);
      }
      assertThat(Partition.MONTH.count(Partition.MONTH.least(months))).isEqualTo(months);
    }
  }
}

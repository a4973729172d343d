package io.castmesh.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.gateway.session.CloseCode;
import io.castmesh.medianode.kurento.object.KurentoCounts;
import io.castmesh.runtime.metrics.Exposer;
import io.castmesh.runtime.metrics.Label;
import io.castmesh.runtime.metrics.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/metrics.md is made from the catalogue; {@code -Dcastmesh.update-docs} writes it anew. */
class MetricsPageTest {
  private static final Path PAGE = Path.of("../docs/metrics.md");

  @Test
  void theReferencePageSaysWhatTheCatalogueHolds() throws IOException {
    // when
    String page = page();
    if (System.getProperty("castmesh.update-docs") != null) {
      Files.writeString(PAGE, page);
    }
    // then
    assertThat(Files.readString(PAGE))
        .as("docs/metrics.md is stale: mvn test -pl standalone -am -Dcastmesh.update-docs")
        .isEqualTo(page);
  }

  @Test
  void noTwoMetricsShareAName() {
    assertThat(Arrays.stream(Metric.values()).map(Metric::exposed)).doesNotHaveDuplicates();
  }

  @Test
  void everyReasonToCloseASocketIsALabel() {
    assertThat(Label.CLOSE_REASON.allowed()).containsExactlyElementsOf(names(CloseCode.values()));
  }

  @Test
  void everyReasonOfAMediaNodeToRefuseIsALabel() {
    assertThat(Label.REFUSAL.allowed())
        .containsExactlyElementsOf(names(KurentoCounts.Refusal.values()));
  }

  private static List<String> names(Enum<?>[] values) {
    return Arrays.stream(values).map(value -> value.name().toLowerCase(Locale.ROOT)).toList();
  }

  private static String page() {
    StringBuilder page =
        new StringBuilder(
            """
            # Metrics

            Every process tells its metrics at `/metrics` on its management port, in the text format
            of Prometheus. Units are seconds and bytes. A histogram `x` has `x_bucket`, `x_sum` and
            `x_count`, and `x_max`: the longest of the last minutes. No label grows with users, rooms
            or nodes; whatever does not fit into the values of a label is `other`. Prometheus adds
            `job`, the service, and `instance`, the process.

            What to look at and when to be woken: the dashboards in `docker/grafana`, the rules in
            `docker/prometheus/rules` and the [runbook](runbook.md).
            """);
    for (Exposer exposer : Exposer.values()) {
      page.append(
          """

          ## Of %s

          | Metric | Type | Labels | Meaning |
          |---|---|---|---|
          """
              .formatted(exposer == Exposer.EVERY ? "every service" : exposer.text()));
      Arrays.stream(Metric.values())
          .filter(metric -> metric.exposer() == exposer)
          .map(MetricsPageTest::row)
          .forEach(page::append);
    }
    page.append(
        """

        A media node is no member of the mesh: of the metrics of every service it has the version,
        the state and the event loops.

        ## Of the libraries below

        Exposed by [Micrometer](https://docs.micrometer.io/micrometer/reference/reference/jvm.html)
        and [Vert.x](https://vertx.io/docs/vertx-micrometer-metrics/java/) in every process, as far
        as it uses what they measure.

        | Metrics | Labels | Meaning |
        |---|---|---|
        """);
    for (String[] family : LIBRARIES) {
      page.append("| `%s` | %s | %s |%n".formatted((Object[]) family));
    }
    return page.toString();
  }

  private static String row(Metric metric) {
    return "| `%s` | %s | %s | %s |%n"
        .formatted(
            metric.exposed(),
            metric.type(),
            metric.labels().stream().map(MetricsPageTest::label).collect(Collectors.joining("; ")),
            metric.meaning());
  }

  private static String label(Label label) {
    String values =
        !label.meaning().isEmpty()
            ? label.meaning()
            : label.allowed().stream().map(v -> "`" + v + "`").collect(Collectors.joining(", "));
    return "`" + label.key() + "`: " + values;
  }

  /** A name that ends in an asterisk is what the names of a family begin with. */
  private static final String[][] LIBRARIES = {
    {"jvm_memory_*", "`area`, `id`", "Memory of the JVM by pool: used, committed and at most"},
    {
      "jvm_memory_usage_after_gc",
      "`area`, `pool`",
      "Share of the heap that lives on after a collection: what is really needed"
    },
    {"jvm_buffer_*", "`id`", "Memory outside of the heap"},
    {
      "jvm_gc_*",
      "`action`, `cause`, `gc`",
      "Garbage collection: `jvm_gc_pause_seconds` stops the world, what is concurrent does not;"
          + " `jvm_gc_overhead` is the share of processor time that it took of late"
    },
    {"jvm_threads_*", "`state`", "Threads"},
    {"process_cpu_*", "", "The processor time of the process; usage is a share of all processors"},
    {"process_uptime_seconds", "", "How long the process has run"},
    {"process_start_time_seconds", "", "When it was started, since 1970"},
    {"process_files_*", "", "Open file descriptors, sockets among them, and how many there may be"},
    {"system_*", "", "Processors and load of the machine"},
    {
      "vertx_pool_*",
      "`pool_type`, `pool_name`",
      "Connections of the pools `mysql` (`sql`), `redis` and `http` and threads (`worker`): in"
          + " use, waiting, how long was waited"
    },
    {"vertx_redis_*", "", "Commands to Redis on their connections"},
    {"vertx_sql_*", "", "Statements to MySQL on their connections"},
    {
      "vertx_eventbus_*",
      "`side`",
      "The event bus below ours: messages handled, waiting, without a handler, and their bytes"
    },
    {"vertx_net_*", "", "Connections of the bus, MySQL and Redis"},
    {"vertx_http_client_*", "`method`, `code`", "From gateway to vod-service: content of videos"},
  };
}

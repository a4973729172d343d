package io.castmesh.standalone.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.runtime.metrics.Metric;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CarriedTest {
  @ParameterizedTest
  @EnumSource(Service.class)
  void everyServiceIsShownWithMetricsThatItExposes(Service service) {
    assertThat(Carried.metrics(service).keySet())
        .isNotEmpty()
        .extracting(metric -> metric.exposer().text())
        .containsOnly(service.label());
    assertThat(Carried.by(service))
        .containsOnlyKeys(Carried.metrics(service).keySet().stream().map(Metric::exposed).toList());
  }
}

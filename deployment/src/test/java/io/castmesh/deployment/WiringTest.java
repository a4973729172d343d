package io.castmesh.deployment;

import static io.castmesh.deployment.Manifests.container;
import static io.castmesh.deployment.Manifests.fieldOf;
import static io.castmesh.deployment.Manifests.protocol;
import static io.castmesh.deployment.Manifests.selected;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.runtime.metrics.Metric;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the objects of an overlay refer to each other, and to what the code does. */
class WiringTest {
  private static final Map<String, Manifests> OVERLAYS =
      Map.of("dev", Manifests.of("dev"), "prod", Manifests.of("prod"));

  @Test
  void mediaServersAreAsManyAsAreListed() {
    // dev
    Manifests dev = OVERLAYS.get("dev");
    URI node = URI.create(mediaServers(dev).get(0));
    assertThat(dev.one(Service.class, "castmesh", node.getHost()).getSpec().getPorts())
        .anyMatch(port -> port.getPort() == node.getPort());
    // prod
    Manifests prod = OVERLAYS.get("prod");
    StatefulSet kurento = prod.one(StatefulSet.class, "castmesh-media", "kurento");
    List<String> expected =
        Stream.iterate(0, i -> i + 1)
            .limit(kurento.getSpec().getReplicas())
            .map(
                i ->
                    "ws://kurento-%d.%s.castmesh-media.svc.cluster.local:8888/kurento"
                        .formatted(i, kurento.getSpec().getServiceName()))
            .toList();
    assertThat(mediaServers(prod)).isEqualTo(expected);
    assertThat(prod.one(Service.class, "castmesh-media", "kurento").getSpec().getClusterIP())
        .isEqualTo("None");
  }

  @Test
  void mediaServersHaveProcessorsAndPortsForTheSessionsThatAreAdmitted() {
    Manifests prod = OVERLAYS.get("prod");
    Map<String, String> settings = settings(prod);
    int sessions = Integer.parseInt(settings.get("CASTMESH_MEDIA_SESSIONS_PER_SERVER"));
    // 67 µs a packet (docs/media-node.md), 170 packets/s for a viewer.
    var kurento = container(prod.workload("kurento"));
    int cores = Integer.parseInt(kurento.getResources().getRequests().get("cpu").getAmount());
    assertThat(sessions).isLessThanOrEqualTo(80 * cores);
    // Two of each interface, and a machine of a cluster has some: its own, bridges, tunnels.
    assertThat(ports(prod, "kurento", "KMS_MIN_PORT", "KMS_MAX_PORT"))
        .isGreaterThanOrEqualTo(10 * 2 * sessions);
    int all = sessions * mediaServers(prod).size();
    int relays = settings.get("CASTMESH_TURN_URLS").split(",", -1).length;
    assertThat(ports(prod, "coturn", "TURN_MIN_PORT", "TURN_MAX_PORT"))
        .isGreaterThanOrEqualTo(relays * all);
  }

  private static int ports(Manifests manifests, String workload, String from, String to) {
    Map<String, String> environment = manifests.environment(manifests.workload(workload));
    return Integer.parseInt(environment.get(to)) - Integer.parseInt(environment.get(from)) + 1;
  }

  @Test
  void mediaComeToTheNodeAtThePortThatItTells() {
    Manifests dev = OVERLAYS.get("dev");
    var ports = dev.one(Service.class, "castmesh", "media-node-media").getSpec().getPorts();
    var port = ports.get(0);
    int inside =
        container(dev.workload("media-node")).getPorts().stream()
            .filter(each -> protocol(each).equals("UDP"))
            .findFirst()
            .orElseThrow()
            .getContainerPort();
    assertThat(port.getNodePort()).isEqualTo(inside).isEqualTo(port.getPort());
    assertThat(ports)
        .allMatch(each -> each.getPort().equals(inside) && each.getNodePort().equals(inside))
        .extracting(each -> each.getProtocol() == null ? "TCP" : each.getProtocol())
        .containsExactly("UDP", "TCP");
    assertThat(inside).isBetween(30000, 32767);
    assertThat(fieldOf(dev.workload("media-node"), "CASTMESH_MEDIA_NODE_ANNOUNCED_ADDRESSES"))
        .isEqualTo("status.hostIP");
  }

  @Test
  void bothNamespacesSeeTheSameRecordings() {
    Manifests prod = OVERLAYS.get("prod");
    List<PersistentVolume> volumes = prod.all(PersistentVolume.class);
    assertThat(volumes).hasSize(2);
    assertThat(volumes.get(0).getSpec().getNfs()).isEqualTo(volumes.get(1).getSpec().getNfs());
    for (PersistentVolume volume : volumes) {
      var claimed = volume.getSpec().getClaimRef();
      PersistentVolumeClaim claim =
          prod.one(PersistentVolumeClaim.class, claimed.getNamespace(), claimed.getName());
      assertThat(claim.getSpec().getVolumeName()).isEqualTo(volume.getMetadata().getName());
      assertThat(claim.getSpec().getAccessModes()).containsExactly("ReadWriteMany");
      assertThat(volume.getSpec().getPersistentVolumeReclaimPolicy()).isEqualTo("Retain");
    }
  }

  @Test
  void gatewaysGrowWithTheirSessionsAndAllServicesWithTheirWork() {
    Manifests prod = OVERLAYS.get("prod");
    Set<String> scaled = new TreeSet<>();
    for (HorizontalPodAutoscaler scaler : prod.all(HorizontalPodAutoscaler.class)) {
      String name = scaler.getSpec().getScaleTargetRef().getName();
      scaled.add(name);
      prod.one(Deployment.class, "castmesh", name);
      assertThat(scaler.getSpec().getMinReplicas()).as(name).isGreaterThanOrEqualTo(2);
      // A share of what is requested: without a request there is none.
      assertThat(container(prod.workload(name)).getResources().getRequests()).containsKey("cpu");
      scaler.getSpec().getMetrics().stream()
          .filter(metric -> metric.getPods() != null)
          .forEach(
              metric ->
                  assertThat(Metric.values())
                      .extracting(Metric::exposed)
                      .contains(metric.getPods().getMetric().getName()));
    }
    assertThat(scaled).isEqualTo(new TreeSet<>(Repository.MESH));
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev", "prod"})
  void browsersComeInByTlsAndStayWithOneGateway(String overlay) {
    Manifests manifests = OVERLAYS.get(overlay);
    Ingress ingress = manifests.one(Ingress.class, "castmesh", "castmesh");
    var rule = ingress.getSpec().getRules().get(0);
    assertThat(ingress.getSpec().getTls().get(0).getHosts()).containsExactly(rule.getHost());
    var backend = rule.getHttp().getPaths().get(0).getBackend().getService();
    Service gateway = manifests.one(Service.class, "castmesh", backend.getName());
    assertThat(gateway.getSpec().getPorts())
        .anyMatch(port -> port.getName().equals(backend.getPort().getName()));
    assertThat(gateway.getMetadata().getAnnotations())
        .containsKey("haproxy.org/cookie-persistence");
    // The address of the client is what the proxy saw, not what the client said.
    assertThat(ingress.getMetadata().getAnnotations())
        .containsEntry("haproxy.org/forwarded-for", "false")
        .hasEntrySatisfying(
            "haproxy.org/request-set-header",
            text -> assertThat(text).contains("X-Forwarded-For %[src]"));
  }

  @Test
  void prometheusScrapesEveryProcessUnderTheNameOfItsService() {
    Manifests prod = OVERLAYS.get("prod");
    ServiceMonitor monitor = prod.one(ServiceMonitor.class, "castmesh", "castmesh");
    var endpoint = monitor.getSpec().getEndpoints().get(0);
    assertThat(endpoint.getPath()).isEqualTo("/metrics");
    Set<String> scraped = new TreeSet<>();
    for (Manifests manifests : OVERLAYS.values()) {
      for (Service service : manifests.all(Service.class)) {
        Map<String, String> labels = service.getMetadata().getLabels();
        if (labels
            .entrySet()
            .containsAll(monitor.getSpec().getSelector().getMatchLabels().entrySet())) {
          assertThat(service.getSpec().getPorts())
              .anyMatch(port -> port.getName().equals(endpoint.getPort()));
          scraped.addAll(
              selected(manifests.workloads(), "castmesh", service.getSpec().getSelector()));
        }
      }
    }
    Set<String> all = new TreeSet<>(Repository.MESH);
    all.add("media-node");
    assertThat(scraped).isEqualTo(all);
    assertThat(endpoint.getRelabelings().get(0).getTargetLabel()).isEqualTo("job");
  }

  private static List<String> mediaServers(Manifests manifests) {
    return List.of(settings(manifests).get("CASTMESH_KURENTO_URLS").split(",", -1));
  }

  private static Map<String, String> settings(Manifests manifests) {
    return manifests.one(ConfigMap.class, "castmesh", "castmesh-settings").getData();
  }
}

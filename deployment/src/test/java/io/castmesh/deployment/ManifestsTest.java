package io.castmesh.deployment;

import static io.castmesh.deployment.Manifests.container;
import static io.castmesh.deployment.Manifests.fieldOf;
import static io.castmesh.deployment.Manifests.protocol;
import static io.castmesh.deployment.Manifests.selected;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.castmesh.runtime.config.RuntimeConfig;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every object of both overlays against the model of Kubernetes, the images and the code. */
class ManifestsTest {
  private static final Dockerfile IMAGES = Dockerfile.parse(Repository.text("docker/Dockerfile"));
  private static final Map<String, Manifests> OVERLAYS =
      Map.of("dev", Manifests.of("dev"), "prod", Manifests.of("prod"));
  private static final Compose.Project COMPOSE =
      new Compose(Repository.yaml("compose.yml"), ComposeTest.example()).project();

  @TempDir static Path secrets;

  @BeforeAll
  static void makeSecrets() throws Exception {
    String script = Repository.ROOT.resolve("docker/secrets.sh").toString();
    io.castmesh.deployment.Container.run(List.of(script, secrets.toString()), Map.of());
  }

  @Test
  void aFieldThatKubernetesDoesNotHaveIsAnError() {
    // given
    ObjectNode service =
        Kustomize.render(Repository.ROOT.resolve("k8s/overlays/dev")).stream()
            .filter(object -> Kustomize.id(object).equals("Service castmesh/mesh"))
            .findFirst()
            .orElseThrow();
    // when
    service.withObject("/spec").put("publishNotReadyAdresses", true);
    // then
    assertThatThrownBy(() -> Manifests.read(service))
        .hasMessageContaining("Service castmesh/mesh")
        .hasMessageContaining("publishNotReadyAdresses");
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev", "prod"})
  void everyServiceReadsItsSettingsWithoutAComplaint(String overlay) {
    Manifests manifests = OVERLAYS.get(overlay);
    for (Manifests.Workload workload : ours(manifests)) {
      RuntimeConfig config = settings(manifests, workload);
      if (Repository.MESH.contains(workload.name())) {
        // The headless service, found by its whole name: a search path would ask for four others.
        Service mesh = manifests.one(Service.class, "castmesh", "mesh");
        assertThat(config.cluster().dns()).isEqualTo("mesh.castmesh.svc.cluster.local");
        assertThat(mesh.getSpec().getClusterIP()).isEqualTo("None");
        assertThat(mesh.getSpec().getPublishNotReadyAddresses()).isTrue();
        assertThat(workload.labels()).containsAllEntriesOf(mesh.getSpec().getSelector());
        assertThat(fieldOf(workload, "CASTMESH_CLUSTER_HOST")).isEqualTo("status.podIP");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev", "prod"})
  void settingsThatAreGivenAreSettingsOfCastmesh(String overlay) {
    Manifests manifests = OVERLAYS.get(overlay);
    ConfigMap settings = manifests.one(ConfigMap.class, "castmesh", "castmesh-settings");
    Set<String> given = new TreeSet<>(settings.getData().keySet());
    ours(manifests).forEach(workload -> given.addAll(manifests.environment(workload).keySet()));
    assertThat(given).isSubsetOf(Repository.knownVariables());
    // What is secret is not among them.
    assertThat(settings.getData().toString())
        .doesNotContainIgnoringCase("password")
        .doesNotContain("SECRET");
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev", "prod"})
  void portsAreThoseOfTheImages(String overlay) {
    for (Manifests.Workload workload : ours(OVERLAYS.get(overlay))) {
      Set<String> ports =
          container(workload).getPorts().stream()
              .map(
                  port ->
                      port.getContainerPort()
                          + "/"
                          + protocol(port).toLowerCase(java.util.Locale.ROOT))
              .collect(Collectors.toCollection(TreeSet::new));
      assertThat(ports).as(workload.name()).isEqualTo(IMAGES.ports(workload.name()));
      assertThat(container(workload).getImage())
          .isEqualTo("castmesh/" + workload.name() + ":0.1.0");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev", "prod"})
  void probesAskTheManagementPortForWhatItAnswers(String overlay) {
    for (Manifests.Workload workload : ours(OVERLAYS.get(overlay))) {
      Container container = container(workload);
      assertThat(asks(container, container.getReadinessProbe())).isEqualTo("9090/health/ready");
      assertThat(asks(container, container.getLivenessProbe())).isEqualTo("9090/health/live");
      assertThat(asks(container, container.getStartupProbe())).isEqualTo("9090/health/live");
      // A service that cannot start gives up after a minute; it is not killed before.
      Probe startup = container.getStartupProbe();
      assertThat(startup.getPeriodSeconds() * startup.getFailureThreshold()).isGreaterThan(60);
      // Readiness asks the stores for two seconds at most.
      assertThat(container.getReadinessProbe().getTimeoutSeconds()).isGreaterThan(2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev", "prod"})
  void eachIsGivenAsLongToEndAsItMayTake(String overlay) {
    Manifests manifests = OVERLAYS.get(overlay);
    for (Manifests.Workload workload : ours(manifests)) {
      PodSpec pod = workload.template().getSpec();
      long pause = 0;
      if (container(workload).getLifecycle() != null) {
        List<String> command =
            container(workload).getLifecycle().getPreStop().getExec().getCommand();
        assertThat(command).startsWith("/bin/sleep");
        pause = Long.parseLong(command.get(1));
      }
      assertThat(pod.getTerminationGracePeriodSeconds())
          .as(workload.name())
          .isGreaterThanOrEqualTo(
              pause + settings(manifests, workload).drainDeadline().toSeconds() + 5);
    }
    // Gateways answer on while the ingress takes them out.
    assertThat(container(manifests.workload("gateway")).getLifecycle()).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev", "prod"})
  void selectorsFindTheirOwnAndNothingElse(String overlay) {
    Manifests manifests = OVERLAYS.get(overlay);
    List<Manifests.Workload> workloads = manifests.workloads();
    for (Manifests.Workload workload : workloads) {
      assertThat(selected(workloads, workload.namespace(), workload.selector()))
          .containsExactly(workload.name());
    }
    for (Service service : manifests.all(Service.class)) {
      String namespace = service.getMetadata().getNamespace();
      List<String> found = selected(workloads, namespace, service.getSpec().getSelector());
      assertThat(found).as(service.getMetadata().getName()).isNotEmpty();
      for (String name : found) {
        Set<String> ports =
            container(manifests.workload(name)).getPorts().stream()
                .map(ContainerPort::getName)
                .collect(Collectors.toSet());
        service.getSpec().getPorts().stream()
            .map(port -> port.getTargetPort().getStrVal())
            .forEach(port -> assertThat(ports).as(name).contains(port));
      }
    }
    for (PodDisruptionBudget budget : manifests.all(PodDisruptionBudget.class)) {
      assertThat(
              selected(
                  workloads,
                  budget.getMetadata().getNamespace(),
                  budget.getSpec().getSelector().getMatchLabels()))
          .containsExactly(budget.getMetadata().getName());
      // At least so many would keep a machine from ever being drained where there is one pod.
      assertThat(budget.getSpec().getMaxUnavailable()).isEqualTo(new IntOrString(1));
    }
    assertThat(
            manifests.all(PodDisruptionBudget.class).stream()
                .map(each -> each.getMetadata().getName()))
        .containsAll(Repository.MESH);
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev", "prod"})
  void servicesAreReplacedOneByOneAndSpreadOut(String overlay) {
    for (String name : Repository.MESH) {
      Deployment deployment = OVERLAYS.get(overlay).one(Deployment.class, "castmesh", name);
      var rolling = deployment.getSpec().getStrategy().getRollingUpdate();
      assertThat(rolling.getMaxSurge()).isEqualTo(new IntOrString(1));
      assertThat(rolling.getMaxUnavailable()).isEqualTo(new IntOrString(0));
      assertThat(deployment.getSpec().getReplicas()).as("the autoscaler's business").isNull();
      var spread = deployment.getSpec().getTemplate().getSpec().getTopologySpreadConstraints();
      assertThat(spread.stream().map(each -> each.getTopologyKey()))
          .containsExactly("topology.kubernetes.io/zone", "kubernetes.io/hostname");
      assertThat(spread)
          .allMatch(
              each ->
                  each.getLabelSelector()
                      .getMatchLabels()
                      .equals(deployment.getSpec().getSelector().getMatchLabels()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev", "prod"})
  void podsOfCastmeshAreRestricted(String overlay) {
    Manifests manifests = OVERLAYS.get(overlay);
    Map<String, String> levels = new TreeMap<>();
    for (Namespace namespace : manifests.all(Namespace.class)) {
      levels.put(
          namespace.getMetadata().getName(),
          namespace.getMetadata().getLabels().get("pod-security.kubernetes.io/enforce"));
    }
    assertThat(levels).containsEntry("castmesh", "restricted");
    for (Manifests.Workload workload : manifests.workloads()) {
      boolean restricted = levels.get(workload.namespace()).equals("restricted");
      PodSecurity.check(workload, restricted);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev", "prod"})
  void secretsAreNamedAndNeverWritten(String overlay) {
    Manifests manifests = OVERLAYS.get(overlay);
    // A kind that is not read here would be an error: there is no Secret among them.
    Set<String> keys = new TreeSet<>();
    for (Manifests.Workload workload : manifests.workloads()) {
      for (Volume volume : workload.template().getSpec().getVolumes()) {
        if (volume.getSecret() != null) {
          assertThat(volume.getSecret().getSecretName()).isEqualTo("castmesh");
          volume.getSecret().getItems().stream().map(KeyToPath::getKey).forEach(keys::add);
        }
      }
      String readable = container(workload).toString();
      assertThat(readable).doesNotContain("secretKeyRef=SecretKeySelector(");
    }
    assertThat(keys).allSatisfy(key -> assertThat(secrets.resolve(key)).isNotEmptyFile());
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev", "prod"})
  void whatIsMountedIsDeclaredAndWhatIsWrittenToIsAVolume(String overlay) {
    for (Manifests.Workload workload : OVERLAYS.get(overlay).workloads()) {
      Set<String> declared = new TreeSet<>();
      workload.template().getSpec().getVolumes().forEach(volume -> declared.add(volume.getName()));
      if (workload.name().equals("mysql") || workload.name().equals("redis")) {
        declared.add("data"); // of the claim template
      }
      Map<String, String> mounts = new HashMap<>();
      container(workload)
          .getVolumeMounts()
          .forEach(mount -> mounts.put(mount.getMountPath(), mount.getName()));
      assertThat(new TreeSet<>(mounts.values())).as(workload.name()).isEqualTo(declared);
      if (ours(OVERLAYS.get(overlay)).contains(workload)) {
        assertThat(mounts).containsKeys("/tmp", "/var/lib/castmesh");
      }
    }
    for (String name : List.of("media", "vod")) {
      assertThat(
              container(OVERLAYS.get(overlay).workload(name)).getVolumeMounts().stream()
                  .map(each -> each.getMountPath()))
          .contains(IMAGES.environment(name).get("CASTMESH_RECORDINGS_DIR"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev", "prod"})
  void imagesAreThoseOfCompose(String overlay) {
    Set<String> there =
        COMPOSE.services().values().stream()
            .map(Compose.Service::image)
            .collect(Collectors.toSet());
    // Where Kurento is, the embedded media node is not.
    there.add("castmesh/media-node:0.1.0");
    for (Manifests.Workload workload : OVERLAYS.get(overlay).workloads()) {
      assertThat(container(workload).getImage()).isIn(there);
    }
  }

  @Test
  void capabilitiesAreThoseOfCompose() {
    for (Manifests.Workload workload : OVERLAYS.get("prod").workloads()) {
      List<String> there = COMPOSE.services().get(workload.name()).capAdd();
      assertThat(container(workload).getSecurityContext().getCapabilities().getAdd())
          .as(workload.name())
          .isEqualTo(there == null ? List.of() : there);
    }
  }

  private static List<Manifests.Workload> ours(Manifests manifests) {
    return manifests.workloads().stream()
        .filter(workload -> IMAGES.names().contains(workload.name()))
        .toList();
  }

  private static RuntimeConfig settings(Manifests manifests, Manifests.Workload workload) {
    Map<String, String> environment = new HashMap<>(IMAGES.environment(workload.name()));
    environment.putAll(manifests.environment(workload));
    return ServiceSettings.read(workload.name(), environment, secrets);
  }

  private static String asks(Container container, Probe probe) {
    String name = probe.getHttpGet().getPort().getStrVal();
    return container.getPorts().stream()
        .filter(port -> port.getName().equals(name))
        .map(port -> port.getContainerPort() + probe.getHttpGet().getPath())
        .findFirst()
        .orElseThrow();
  }
}

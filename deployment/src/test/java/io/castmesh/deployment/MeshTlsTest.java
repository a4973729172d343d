package io.castmesh.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.runtime.cluster.ClusterConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The component k8s/mesh-tls, put on top of an overlay as docs/operations.md says. */
class MeshTlsTest {
  private static final Dockerfile IMAGES = Dockerfile.parse(Repository.text("docker/Dockerfile"));

  @TempDir Path folder;
  @TempDir Path secrets;

  @ParameterizedTest
  @ValueSource(strings = {"dev", "prod"})
  void everyProcessOfTheMeshReadsItsCertificateAndNobodyElseDoes(String below) throws Exception {
    // given
    Manifests manifests = Manifests.of(overlay(folder, below));
    String script = Repository.ROOT.resolve("docker/secrets.sh").toString();
    Container.run(List.of(script, secrets.toString()), Map.of());
    for (String file : List.of("tls.crt", "tls.key", "ca.crt")) {
      Files.writeString(secrets.resolve(file), "PEM");
    }
    for (Manifests.Workload workload : manifests.workloads()) {
      // when
      Map<String, String> environment = manifests.environment(workload);
      var mounts = Manifests.container(workload).getVolumeMounts();
      var volumes = workload.template().getSpec().getVolumes();
      // then
      if (!Repository.MESH.contains(workload.name())) {
        assertThat(environment.toString()).doesNotContain("CLUSTER_TLS");
        continue;
      }
      assertThat(environment)
          .containsEntry("CASTMESH_CLUSTER_TLS_CERT_FILE", "/run/secrets/mesh/tls.crt")
          .containsEntry("CASTMESH_CLUSTER_TLS_KEY_FILE", "/run/secrets/mesh/tls.key")
          .containsEntry("CASTMESH_CLUSTER_TLS_CA_FILE", "/run/secrets/mesh/ca.crt");
      assertThat(mounts)
          .filteredOn(mount -> mount.getMountPath().equals("/run/secrets/mesh"))
          .allMatch(mount -> mount.getName().equals("mesh-tls") && mount.getReadOnly())
          .hasSize(1);
      assertThat(volumes)
          .filteredOn(volume -> volume.getName().equals("mesh-tls"))
          .allMatch(volume -> volume.getSecret().getSecretName().equals("castmesh-mesh-tls"))
          .hasSize(1);
      assertThat(cluster(workload.name(), environment).tls().enabled()).isTrue();
    }
  }

  private ClusterConfig cluster(String service, Map<String, String> environment) {
    Map<String, String> all = new HashMap<>(IMAGES.environment(service));
    all.putAll(environment);
    return ServiceSettings.read(service, all, secrets).cluster();
  }

  /** An overlay of somebody's own, with paths from there as Kustomize wants them. */
  static Path overlay(Path folder, String below) throws IOException {
    Path here = folder.toRealPath();
    Path there = here.relativize(Repository.ROOT.toRealPath().resolve("k8s"));
    Files.writeString(
        here.resolve("kustomization.yaml"),
        """
        apiVersion: kustomize.config.k8s.io/v1beta1
        kind: Kustomization
        resources: [%1$s/overlays/%2$s]
        components: [%1$s/mesh-tls]
        """
            .formatted(there, below));
    return here;
  }
}

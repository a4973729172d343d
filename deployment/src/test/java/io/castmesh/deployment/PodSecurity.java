package io.castmesh.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.Volume;

/**
 * The Pod Security Standards of Kubernetes (level "restricted"), and what we ask of every pod
 * besides.
 */
final class PodSecurity {
  private PodSecurity() {}

  static void check(Manifests.Workload workload, boolean restricted) {
    PodSpec pod = workload.template().getSpec();
    assertThat(pod.getAutomountServiceAccountToken()).as(workload.name()).isFalse();
    // The variables of services would begin like settings, and unknown settings are errors.
    assertThat(pod.getEnableServiceLinks()).as(workload.name()).isFalse();
    assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    assertThat(pod.getInitContainers()).isEmpty();
    for (Container container : pod.getContainers()) {
      SecurityContext context = container.getSecurityContext();
      assertThat(context.getAllowPrivilegeEscalation()).as(workload.name()).isFalse();
      assertThat(context.getPrivileged()).isNull();
      assertThat(context.getCapabilities().getDrop()).containsExactly("ALL");
      assertThat(container.getResources().getLimits())
          .containsKey("memory")
          .doesNotContainKey("cpu");
      assertThat(container.getResources().getRequests()).containsKeys("cpu", "memory");
      if (restricted) {
        assertThat(context.getCapabilities().getAdd()).isEmpty();
        assertThat(context.getReadOnlyRootFilesystem()).as(workload.name()).isTrue();
        assertThat(container.getPorts()).allMatch(port -> port.getHostPort() == null);
      }
    }
    if (restricted) {
      assertThat(pod.getSecurityContext().getRunAsNonRoot()).as(workload.name()).isTrue();
      assertThat(pod.getSecurityContext().getRunAsUser()).isPositive();
      assertThat(pod.getHostNetwork()).isNull();
      assertThat(pod.getHostPID()).isNull();
      assertThat(pod.getHostIPC()).isNull();
      assertThat(pod.getVolumes())
          .allMatch(PodSecurity::isOfAnAllowedKind, "is of a kind that restricted pods may have");
    } else {
      assertThat(pod.getHostNetwork()).as("why else is it not restricted?").isTrue();
    }
  }

  private static boolean isOfAnAllowedKind(Volume volume) {
    return volume.getEmptyDir() != null
        || volume.getSecret() != null
        || volume.getConfigMap() != null
        || volume.getPersistentVolumeClaim() != null;
  }
}

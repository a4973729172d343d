package io.castmesh.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.BeanDeserializerBuilder;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What an overlay renders to, as objects of Kubernetes: a field that its model lacks is an error.
 */
final class Manifests {
  private static final List<Class<? extends HasMetadata>> KINDS =
      List.of(
          ConfigMap.class,
          DaemonSet.class,
          Deployment.class,
          HorizontalPodAutoscaler.class,
          Ingress.class,
          Namespace.class,
          NetworkPolicy.class,
          PersistentVolume.class,
          PersistentVolumeClaim.class,
          PodDisruptionBudget.class,
          PrometheusRule.class,
          Service.class,
          ServiceAccount.class,
          ServiceMonitor.class,
          StatefulSet.class);

  private static final ObjectMapper STRICT =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .addModule(new SimpleModule().setDeserializerModifier(new NothingMore()))
          .build();

  /** The model keeps what it does not know; here that is a mistake. */
  private static final class NothingMore extends BeanDeserializerModifier {
    private static final long serialVersionUID = 1L;

    @Override
    public BeanDeserializerBuilder updateBuilder(
        DeserializationConfig config, BeanDescription bean, BeanDeserializerBuilder builder) {
      builder.setAnySetter(null);
      return builder;
    }
  }

  private final List<HasMetadata> all = new ArrayList<>();

  static Manifests of(String overlay) {
    return of(Repository.ROOT.resolve("k8s/overlays").resolve(overlay));
  }

  static Manifests of(Path folder) {
    Manifests manifests = new Manifests();
    Kustomize.render(folder).forEach(object -> manifests.all.add(read(object)));
    return manifests;
  }

  static HasMetadata read(JsonNode object) {
    String version = object.path("apiVersion").asText();
    for (Class<? extends HasMetadata> kind : KINDS) {
      if (kind.getSimpleName().equals(object.path("kind").asText())
          && HasMetadata.getApiVersion(kind).equals(version)) {
        try {
          return STRICT.treeToValue(object, kind);
        } catch (JsonProcessingException e) {
          throw new IllegalArgumentException(Kustomize.id(object) + ": " + e.getMessage(), e);
        }
      }
    }
    throw new IllegalArgumentException("unknown kind " + version + " " + Kustomize.id(object));
  }

  Stream<HasMetadata> all() {
    return all.stream();
  }

  <T extends HasMetadata> List<T> all(Class<T> kind) {
    return all.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  <T extends HasMetadata> T one(Class<T> kind, String namespace, String name) {
    return all(kind).stream()
        .filter(each -> name.equals(each.getMetadata().getName()))
        .filter(each -> namespace.equals(each.getMetadata().getNamespace()))
        .findFirst()
        .orElseThrow(() -> new AssertionError(kind.getSimpleName() + " " + name + " is missing"));
  }

  /**
   * Whatever makes pods.
   *
   * @param selector how it knows its own again
   */
  record Workload(
      String namespace, String name, PodTemplateSpec template, Map<String, String> selector) {
    Map<String, String> labels() {
      return template.getMetadata().getLabels();
    }
  }

  List<Workload> workloads() {
    List<Workload> workloads = new ArrayList<>();
    for (Deployment each : all(Deployment.class)) {
      workloads.add(
          workload(
              each, each.getSpec().getTemplate(), each.getSpec().getSelector().getMatchLabels()));
    }
    for (StatefulSet each : all(StatefulSet.class)) {
      workloads.add(
          workload(
              each, each.getSpec().getTemplate(), each.getSpec().getSelector().getMatchLabels()));
    }
    for (DaemonSet each : all(DaemonSet.class)) {
      workloads.add(
          workload(
              each, each.getSpec().getTemplate(), each.getSpec().getSelector().getMatchLabels()));
    }
    return workloads;
  }

  private static Workload workload(
      HasMetadata object, PodTemplateSpec template, Map<String, String> selector) {
    return new Workload(
        object.getMetadata().getNamespace(), object.getMetadata().getName(), template, selector);
  }

  Workload workload(String name) {
    return workloads().stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no workload " + name));
  }

  /** The variables of a workload's only container, those of settings that it is given included. */
  Map<String, String> environment(Workload workload) {
    Map<String, String> environment = new HashMap<>();
    var container = workload.template().getSpec().getContainers().get(0);
    container
        .getEnvFrom()
        .forEach(
            from ->
                environment.putAll(
                    one(ConfigMap.class, workload.namespace(), from.getConfigMapRef().getName())
                        .getData()));
    container
        .getEnv()
        .forEach(
            each ->
                environment.put(
                    each.getName(), each.getValue() == null ? "127.0.0.1" : each.getValue()));
    return environment;
  }

  /** The only container of a workload. */
  static Container container(Workload workload) {
    List<Container> containers = workload.template().getSpec().getContainers();
    assertThat(containers).hasSize(1);
    return containers.get(0);
  }

  static String protocol(ContainerPort port) {
    return port.getProtocol() == null ? "TCP" : port.getProtocol();
  }

  /** Of which field of its pod a variable is. */
  static String fieldOf(Workload workload, String variable) {
    return container(workload).getEnv().stream()
        .filter(each -> each.getName().equals(variable))
        .map(each -> each.getValueFrom().getFieldRef().getFieldPath())
        .findFirst()
        .orElseThrow();
  }

  /** The workloads that a selector means. */
  static List<String> selected(
      List<Workload> workloads, String namespace, Map<String, String> selector) {
    return workloads.stream()
        .filter(workload -> workload.namespace().equals(namespace))
        .filter(workload -> workload.labels().entrySet().containsAll(selector.entrySet()))
        .map(Workload::name)
        .toList();
  }
}

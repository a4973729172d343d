package io.castmesh.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.deployment.Reachability.Party;
import io.castmesh.deployment.Reachability.Port;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The policies let through the arrows of ARCHITECTURE.md, and nothing else. */
class NetworkPolicyTest {
  private static final Set<Port> PORTS =
      Set.of(
          new Port(53, "UDP"),
          new Port(53, "TCP"),
          new Port(80, "TCP"),
          new Port(443, "TCP"),
          new Port(3306, "TCP"),
          new Port(5701, "TCP"),
          new Port(5702, "TCP"),
          new Port(6379, "TCP"),
          new Port(8080, "TCP"),
          new Port(8081, "TCP"),
          new Port(8888, "TCP"),
          new Port(9090, "TCP"),
          new Port(30478, "UDP"),
          new Port(30478, "TCP"));

  private static final List<Party> AROUND =
      List.of(
          new Party("ingress", "haproxy-controller", Map.of(), "10.0.1.1"),
          new Party("prometheus", "monitoring", Map.of(), "10.0.1.2"),
          new Party("dns", "kube-system", Map.of("k8s-app", "kube-dns"), "10.0.1.3"),
          new Party("api-server", "kube-system", Map.of("component", "api"), "10.0.1.4"),
          new Party("stranger", "default", Map.of("app.kubernetes.io/name", "gateway"), "10.0.1.5"),
          new Party("browser", "", null, "198.51.100.7"),
          new Party("cloud-metadata", "", null, "169.254.169.254"));

  @Test
  void inDevTheArrowsAreThoseOfTheDrawing() {
    // given
    Set<String> expected = mesh();
    for (String service : Repository.MESH) {
      expected.add(service + " > mysql 3306/TCP");
      expected.add(service + " > redis 6379/TCP");
    }
    expected.add("media > media-node 8888/TCP");
    expected.add("prometheus > media-node 9090/TCP");
    // Media from wherever a browser is; by the address alone, who is in the cluster is not told
    // apart.
    for (String anybody :
        List.of(
            "ingress",
            "prometheus",
            "dns",
            "api-server",
            "stranger",
            "browser",
            "cloud-metadata")) {
      expected.add(anybody + " > media-node 30478/UDP");
      expected.add(anybody + " > media-node 30478/TCP");
    }
    // when, then
    assertThat(table("dev", List.of())).isEqualTo(expected);
  }

  @Test
  void inProdTheDatabasesAndKurentoAreAddresses() {
    // given
    List<Party> addresses =
        List.of(
            new Party("mysql", "", null, "10.20.0.5"),
            new Party("redis", "", null, "10.20.1.5"),
            new Party("kurento-machine", "", null, "10.10.0.7"));
    Set<String> expected = mesh();
    for (String service : Repository.MESH) {
      expected.add(service + " > mysql 3306/TCP");
      expected.add(service + " > redis 6379/TCP");
    }
    expected.add("media > kurento-machine 8888/TCP");
    // when, then
    assertThat(table("prod", addresses)).isEqualTo(expected);
  }

  /** What both have. */
  private static Set<String> mesh() {
    Set<String> expected = new TreeSet<>();
    for (String service : Repository.MESH) {
      for (String other : Repository.MESH) {
        expected.add(service + " > " + other + " 5701/TCP");
        expected.add(service + " > " + other + " 5702/TCP");
      }
      expected.add(service + " > dns 53/UDP");
      expected.add(service + " > dns 53/TCP");
      expected.add("prometheus > " + service + " 9090/TCP");
    }
    expected.add("ingress > gateway 8080/TCP");
    expected.add("gateway > vod 8081/TCP");
    return expected;
  }

  /** What concerns castmesh: what others do among themselves is not its business. */
  private static Set<String> table(String overlay, List<Party> addresses) {
    Manifests manifests = Manifests.of(overlay);
    List<Party> parties = new ArrayList<>(AROUND);
    parties.addAll(addresses);
    Set<String> own = new LinkedHashSet<>();
    for (Manifests.Workload workload : manifests.workloads()) {
      // Pods in the network of their machine are that machine's address to every policy.
      if (workload.template().getSpec().getHostNetwork() == null) {
        own.add(workload.name());
        parties.add(
            new Party(workload.name(), workload.namespace(), workload.labels(), "10.0.2.1"));
      }
    }
    Set<String> table = new TreeSet<>();
    for (String line : new Reachability(manifests.all(NetworkPolicy.class)).table(parties, PORTS)) {
      String[] words = line.split(" ", -1);
      if (own.contains(words[0]) || own.contains(words[2])) {
        table.add(line);
      }
    }
    return table;
  }
}

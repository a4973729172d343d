package io.castmesh.deployment;

import io.castmesh.runtime.config.IpNetwork;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who reaches whom by the rules of NetworkPolicy: a pod that a policy selects for a direction may
 * do in it what some policy lets through, others everything; a connection needs both ends' leave.
 */
final class Reachability {
  /**
   * Someone with an address.
   *
   * @param labels null for what is no pod of the cluster, known by its address alone
   */
  record Party(String name, String namespace, Map<String, String> labels, String address) {
    boolean pod() {
      return labels != null;
    }
  }

  /** Such as 9090/TCP. */
  record Port(int number, String protocol) {}

  private final List<NetworkPolicy> policies;

  Reachability(List<NetworkPolicy> policies) {
    this.policies = policies;
  }

  /** One line for each connection that is possible: {@code from > to 9090/TCP}. */
  Set<String> table(List<Party> parties, Set<Port> ports) {
    Set<String> table = new TreeSet<>();
    for (Party from : parties) {
      for (Party to : parties) {
        for (Port port : ports) {
          if ((from.pod() || to.pod()) && mayLeave(from, to, port) && mayEnter(from, to, port)) {
            table.add(
                from.name() + " > " + to.name() + " " + port.number() + "/" + port.protocol());
          }
        }
      }
    }
    return table;
  }

  private boolean mayLeave(Party from, Party to, Port port) {
    List<NetworkPolicy> selecting = selecting(from, "Egress");
    return selecting.isEmpty()
        || selecting.stream()
            .flatMap(
                policy ->
                    policy.getSpec().getEgress().stream()
                        .map(rule -> lets(policy, rule.getTo(), rule.getPorts(), to, port)))
            .anyMatch(let -> let);
  }

  private boolean mayEnter(Party from, Party to, Port port) {
    List<NetworkPolicy> selecting = selecting(to, "Ingress");
    return selecting.isEmpty()
        || selecting.stream()
            .flatMap(
                policy ->
                    policy.getSpec().getIngress().stream()
                        .map(rule -> lets(policy, rule.getFrom(), rule.getPorts(), from, port)))
            .anyMatch(let -> let);
  }

  private List<NetworkPolicy> selecting(Party party, String direction) {
    List<NetworkPolicy> selecting = new ArrayList<>();
    for (NetworkPolicy policy : policies) {
      if (party.pod()
          && policy.getMetadata().getNamespace().equals(party.namespace())
          && policy.getSpec().getPolicyTypes().contains(direction)
          && matches(policy.getSpec().getPodSelector(), party.labels())) {
        selecting.add(policy);
      }
    }
    return selecting;
  }

  private static boolean lets(
      NetworkPolicy policy,
      List<NetworkPolicyPeer> peers,
      List<NetworkPolicyPort> ports,
      Party other,
      Port port) {
    boolean peer = peers.isEmpty() || peers.stream().anyMatch(each -> means(policy, each, other));
    boolean through =
        ports.isEmpty()
            || ports.stream()
                .anyMatch(
                    each ->
                        each.getPort().getIntVal() == port.number()
                            && each.getProtocol().equals(port.protocol()));
    return peer && through;
  }

  private static boolean means(NetworkPolicy policy, NetworkPolicyPeer peer, Party other) {
    if (peer.getIpBlock() != null) {
      return !other.pod() && IpNetwork.parse(peer.getIpBlock().getCidr()).contains(other.address());
    }
    if (!other.pod()) {
      return false;
    }
    boolean namespace =
        peer.getNamespaceSelector() == null
            ? policy.getMetadata().getNamespace().equals(other.namespace())
            : matches(
                peer.getNamespaceSelector(),
                Map.of("kubernetes.io/metadata.name", other.namespace()));
    return namespace
        && (peer.getPodSelector() == null || matches(peer.getPodSelector(), other.labels()));
  }

  private static boolean matches(LabelSelector selector, Map<String, String> labels) {
    return labels.entrySet().containsAll(selector.getMatchLabels().entrySet())
        && selector.getMatchExpressions().stream().allMatch(each -> matches(each, labels));
  }

  private static boolean matches(LabelSelectorRequirement requirement, Map<String, String> labels) {
    if (!requirement.getOperator().equals("In")) {
      throw new IllegalArgumentException("not supported here: " + requirement.getOperator());
    }
    return requirement.getValues().contains(labels.get(requirement.getKey()));
  }
}

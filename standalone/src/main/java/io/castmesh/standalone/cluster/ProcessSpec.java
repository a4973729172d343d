package io.castmesh.standalone.cluster;

import java.util.Map;
import java.util.TreeMap;

/**
 * One process of the cluster: what it is called, where it listens, how it is started and asked.
 *
 * @param service its kind, such as gateway or redis
 * @param ports by purpose: http, management, cluster, media, control
 * @param carries metrics that say what it has to do, with the word for each
 */
record ProcessSpec(
    String name,
    String service,
    String host,
    Map<String, Integer> ports,
    Map<String, String> carries,
    Program program,
    Health health) {
  ProcessSpec {
    ports = new TreeMap<>(ports);
    carries = new java.util.LinkedHashMap<>(carries);
  }
}

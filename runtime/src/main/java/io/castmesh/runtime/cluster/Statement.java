package io.castmesh.runtime.cluster;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.spi.cluster.NodeInfo;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/**
 * What a node says of itself to each member of the cluster: where its bus is, and which addresses
 * it serves there. It travels as JSON, so that versions of castmesh may differ.
 *
 * @param version the newest of a node counts
 * @param served the numbers of the registrations by address
 */
record Statement(String node, long version, NodeInfo info, Map<String, List<Long>> served) {

  /** In a member's user context: who takes statements there, as JSON. */
  static final String LISTENER = "castmesh.statements";

  static final int FACTORY = 1;

  String json() {
    JsonObject addresses = new JsonObject();
    served.forEach((address, seqs) -> addresses.put(address, new JsonArray(seqs)));
    return new JsonObject()
        .put("node", node)
        .put("version", version)
        .put("host", info.host())
        .put("port", info.port())
        .put("metadata", info.metadata())
        .put("served", addresses)
        .encode();
  }

  /**
   * @throws RuntimeException when it is not one
   */
  static Statement read(String text) {
    JsonObject json = new JsonObject(text);
    JsonObject addresses = json.getJsonObject("served");
    Map<String, List<Long>> served = new LinkedHashMap<>();
    for (String address : addresses.fieldNames()) {
      served.put(
          address,
          addresses.getJsonArray(address).stream().map(n -> ((Number) n).longValue()).toList());
    }
    NodeInfo info =
        new NodeInfo(
            json.getString("host"), json.getInteger("port"), json.getJsonObject("metadata"));
    return new Statement(json.getString("node"), json.getLong("version"), info, served);
  }

  /**
   * Carries a statement to a member, where it runs on a thread of Hazelcast; the answer is null.
   */
  static final class Carrier
      implements Callable<Object>, IdentifiedDataSerializable, HazelcastInstanceAware {
    private String json;
    private transient HazelcastInstance there;

    Carrier(String json) {
      this.json = json;
    }

    /** For Hazelcast, which reads it afterwards. */
    Carrier() {}

    @Override
    public void setHazelcastInstance(HazelcastInstance instance) {
      there = instance;
    }

    @Override
    public Object call() {
      @SuppressWarnings("unchecked")
      Consumer<String> listener = (Consumer<String>) there.getUserContext().get(LISTENER);
      if (listener != null) {
        listener.accept(json);
      }
      return null;
    }

    @Override
    public int getFactoryId() {
      return FACTORY;
    }

    @Override
    public int getClassId() {
      return 1;
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
      out.writeString(json);
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
      json = in.readString();
    }
  }
}

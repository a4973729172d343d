package io.castmesh.contract;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What the processes of the mesh tell each other about themselves. */
public final class Nodes {
  private Nodes() {}

  /** So often a node says that it is there. */
  public static final Duration BEAT_EVERY = Duration.ofSeconds(1);

  /** A node is there, and so many events it has emitted. May be lost: the next one follows. */
  public static final Topic<Beat> BEAT = new Topic<>("mesh.beat", Beat.class);

  /** Asked at the node that has emitted them: events that did not arrive. */
  public static final Endpoint<Missed, Repair> REPAIR =
      Endpoint.of("mesh.repair", Missed.class, Repair.class)
          .within(Duration.ofSeconds(2))
          .asRepeatable();

  /**
   * Asked at each other node by one that leaves: take the rest of what I have emitted, and send
   * elsewhere what you have emitted for me and I have not taken. Answered when nothing is missing
   * there.
   */
  public static final Endpoint<Farewell, Done> FAREWELL =
      Endpoint.of("mesh.farewell", Farewell.class, Done.class)
          .within(Duration.ofSeconds(3))
          .asRepeatable();

  /** Asked at another node: can you reach me? */
  public static final Endpoint<Probe, Probed> PROBE =
      Endpoint.of("mesh.probe", Probe.class, Probed.class)
          .within(Duration.ofSeconds(4))
          .asRepeatable();

  /** Asked at the node that wants to know whether it can be reached. */
  public static final Endpoint<Probe, Done> ECHO =
      Endpoint.of("mesh.echo", Probe.class, Done.class)
          .within(Duration.ofSeconds(2))
          .asRepeatable();

  /**
   * Asked {@code at} a node: it answers, and ends in order as on SIGTERM. Who runs it starts it
   * anew.
   */
  public static final Endpoint<Drain, Done> DRAIN =
      Endpoint.of("mesh.drain", Drain.class, Done.class);

  /**
   * The one address at which a node takes all questions; their endpoint stands in the header {@code
   * endpoint}.
   */
  public static String questionsAt(String node) {
    return "mesh.ask@" + node;
  }

  /**
   * @param node fresh at every start of a process
   * @param service such as gateway
   * @param member its id in the cluster
   * @param state running or draining
   * @param load null: it does not say
   */
  public record Node(
      String node,
      String service,
      String version,
      Instant startedAt,
      String member,
      String state,
      Load load) {}

  /**
   * How much a node has to do, as of its last word. Of a node that has nothing to do with something
   * that number is 0.
   *
   * @param sessions of clients
   * @param requestsPerSecond of clients, over the socket and over HTTP
   * @param cpu of all processors of its machine, 0 to 1; below 0: not known
   * @param heapUsed bytes
   * @param heapMax bytes
   */
  public record Load(
      int sessions,
      int lives,
      int viewers,
      int calls,
      double requestsPerSecond,
      double cpu,
      long heapUsed,
      long heapMax) {}

  /**
   * @param by who wants it, for the log
   */
  public record Drain(String by) {}

  /**
   * @param serves the addresses of the questions that it answers; null: as said before
   * @param heads the number of the last event by address, of those with recent events
   */
  public record Beat(Node node, List<String> serves, Map<String, Long> heads) {}

  /** Events of one address after one number, up to another. */
  public record Missed(String address, long after, long upTo) {}

  /**
   * @param body the record as JSON
   */
  public record Sent(long seq, String trace, String body) {}

  /**
   * @param from the first number that could be given; what lies before is lost
   */
  public record Repair(long from, List<Sent> events) {}

  /**
   * @param node that leaves
   * @param heads the number of its last event by address
   * @param taken the number of the last event that it took from the one who is asked, by address
   */
  public record Farewell(String node, Map<String, Long> heads, Map<String, Long> taken) {}

  public record Probe(String node) {}

  public record Probed(boolean reached) {}
}

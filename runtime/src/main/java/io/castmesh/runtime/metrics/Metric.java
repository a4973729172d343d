package io.castmesh.runtime.metrics;

import static io.castmesh.runtime.metrics.Exposer.CALL;
import static io.castmesh.runtime.metrics.Exposer.EVERY;
import static io.castmesh.runtime.metrics.Exposer.GATEWAY;
import static io.castmesh.runtime.metrics.Exposer.MEDIA;
import static io.castmesh.runtime.metrics.Exposer.MEDIA_NODE;
import static io.castmesh.runtime.metrics.Exposer.ROOM;
import static io.castmesh.runtime.metrics.Exposer.VOD;

import io.castmesh.runtime.metrics.Spec.Kind;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Every metric of castmesh: its name, type, unit, labels, who exposes it and what it means. Meters
 * of ours are made here and nowhere else; {@code docs/metrics.md} is made from it.
 *
 * <p>Meters are thread-safe. Gauges are read by whoever scrapes, on another thread than that of
 * their owner.
 */
public enum Metric {
  VERSION(Spec.gauge(EVERY, "castmesh.version", "1, for the version that runs", Label.VERSION)),
  STATE(Spec.gauge(EVERY, "castmesh.state", "1 for the state of the process, else 0", Label.STATE)),
  EVENT_LOOP_DELAY(
      Spec.delays(
          EVERY,
          "castmesh.eventloop.delay",
          "How late event loops are: everything on them waits that long")),
  STORE_UP(
      Spec.gauge(
          EVERY, "castmesh.store.up", "1 while this process reaches the store", Label.STORE)),
  STORE_PING(
      Spec.waits(
          EVERY,
          "castmesh.store.ping",
          "How long the store takes to answer nothing, waiting for a connection included",
          Label.STORE)),
  REDIS_COMMANDS(
      Spec.counter(
          EVERY, "castmesh.redis.commands", "Commands and scripts to Redis", Label.SUCCESS)),
  REDIS_COMMAND(Spec.waits(EVERY, "castmesh.redis.command.duration", "Their round trip")),

  NODES(
      Spec.gauge(
          EVERY,
          "castmesh.cluster.nodes",
          "Nodes of the mesh that this one hears of, itself included; media nodes are none",
          Label.SERVICE)),
  NODES_LOST(
      Spec.counter(
          EVERY,
          "castmesh.cluster.nodes.lost",
          "Nodes that fell silent, died, or left after draining",
          Label.HOW_LOST)),
  DEAF(
      Spec.gauge(
          EVERY,
          "castmesh.cluster.deaf",
          "How often in a row others could not reach this node over the bus; 2: it is not ready,"
              + " 8: it ends")),
  QUESTIONS(
      Spec.counter(
          EVERY,
          "castmesh.bus.questions",
          "Questions of this process to a service, by how they were answered",
          Label.ENDPOINT,
          Label.OUTCOME)),
  QUESTION(
      Spec.waits(
          EVERY,
          "castmesh.bus.question.duration",
          "From a question to its answer, whatever it is",
          Label.ENDPOINT)),
  QUESTIONS_OPEN(
      Spec.gauge(EVERY, "castmesh.bus.questions.open", "Questions that wait for an answer")),
  EVENTS_EMITTED(
      Spec.counter(
          EVERY, "castmesh.bus.events", "Events that this process has emitted", Label.TOPIC)),
  EVENTS_REPAIRED(
      Spec.counter(
          EVERY,
          "castmesh.bus.events.repaired",
          "Events that did not arrive and were fetched from their source",
          Label.TOPIC)),
  EVENTS_LOST(
      Spec.counter(
          EVERY,
          "castmesh.bus.events.lost",
          "Events that did not arrive and cannot be had any more",
          Label.TOPIC)),

  SESSIONS(
      Spec.gauge(
          GATEWAY,
          "castmesh.gateway.sessions",
          "Sessions, with a socket or waiting for their client")),
  SOCKETS(Spec.gauge(GATEWAY, "castmesh.gateway.sockets", "Open sockets, signed in or not")),
  SOCKETS_LIMIT(
      Spec.gauge(GATEWAY, "castmesh.gateway.sockets.limit", "Sockets that this gateway accepts")),
  SOCKETS_REFUSED(
      Spec.counter(
          GATEWAY,
          "castmesh.gateway.sockets.refused",
          "Sockets refused because the gateway was full or about to end")),
  SOCKETS_CLOSED(
      Spec.counter(
          GATEWAY,
          "castmesh.gateway.closed",
          "Sockets that the gateway has closed",
          Label.CLOSE_REASON)),
  RESUMES(
      Spec.counter(
          GATEWAY,
          "castmesh.gateway.resumes",
          "Clients that came back: with every event, with events lost, or to a session that was"
              + " over",
          Label.RESUMED)),
  REQUESTS(
      Spec.counter(
          GATEWAY,
          "castmesh.gateway.requests",
          "Requests over sockets, by how they were answered",
          Label.METHOD,
          Label.OUTCOME)),
  REQUEST(
      Spec.waits(
          GATEWAY,
          "castmesh.gateway.request.duration",
          "From a request over a socket to its answer, whatever it is",
          Label.METHOD)),
  MESSAGES_RECEIVED(
      Spec.counter(
          GATEWAY, "castmesh.gateway.messages.received", "Messages of clients over sockets")),
  BYTES_RECEIVED(
      Spec.counter(GATEWAY, "castmesh.gateway.received", "Bytes of these messages").bytes()),
  BYTES_SENT(
      Spec.counter(GATEWAY, "castmesh.gateway.sent", "Bytes of answers and events to sockets")
          .bytes()),
  EVENTS(
      Spec.counter(
          GATEWAY,
          "castmesh.gateway.events",
          "Events given to sessions, one for each of them",
          Label.EVENT)),
  EVENTS_DROPPED(
      Spec.counter(
          GATEWAY,
          "castmesh.gateway.events.dropped",
          "Events that fell out of the buffer of a session without a socket")),
  OUTBOX(
      Spec.gauge(
              GATEWAY,
              "castmesh.gateway.outbox",
              "Bytes that wait to leave for clients, all sockets together")
          .bytes()),
  OUTBOX_DEEPEST(
      Spec.gauge(GATEWAY, "castmesh.gateway.outbox.deepest", "The same of the slowest client")
          .bytes()),
  OUTBOX_LIMIT(
      Spec.gauge(
              GATEWAY,
              "castmesh.gateway.outbox.limit",
              "Bytes beyond which a client counts as too slow")
          .bytes()),
  HTTP_REQUESTS(
      Spec.counter(
          GATEWAY,
          "castmesh.http.requests",
          "HTTP requests, but for sockets",
          Label.HTTP_METHOD,
          Label.ROUTE,
          Label.STATUS)),
  HTTP_REQUEST(
      Spec.waits(
          GATEWAY,
          "castmesh.http.request.duration",
          "From an HTTP request to the beginning of its answer",
          Label.ROUTE)),

  ONLINE(
      Spec.gauge(
          ROOM,
          "castmesh.presence.online",
          "People who are online, in the whole mesh; as old as the last sweep of this instance")),
  PRESENCE_TRANSITIONS(
      Spec.counter(
          ROOM,
          "castmesh.presence.transitions",
          "Changes between online, busy and offline that this instance has made")),
  ANNOUNCEMENTS(
      Spec.counter(
          ROOM,
          "castmesh.audience.announcements",
          "Joins and leaves of viewers told to presenters, by name or only as a count",
          Label.HOW_TOLD)),

  ROOM_COPIES(
      Spec.gauge(
          ROOM,
          "castmesh.rooms.copies",
          "Rooms that this instance could put back if Redis lost them")),

  TALKING(
      Spec.gauge(CALL, "castmesh.calls.accepted", "Calls that people talk in, in the whole mesh")),
  CALLS_ENDED(
      Spec.counter(
          CALL, "castmesh.calls.ended", "Calls that this instance has ended", Label.CALL_END)),
  CALL_LOG_WAITING(
      Spec.gauge(
          CALL,
          "castmesh.calls.log.waiting",
          "Ended calls that wait for MySQL, in the whole mesh")),

  LIVES(Spec.gauge(MEDIA, "castmesh.media.lives", "Lives that this instance owns")),
  VIEWERS(Spec.gauge(MEDIA, "castmesh.media.viewers", "Their viewers")),
  MEDIA_CALLS(Spec.gauge(MEDIA, "castmesh.media.calls", "Calls whose media this instance owns")),
  PIPELINES(Spec.gauge(MEDIA, "castmesh.media.pipelines", "Pipelines that this instance has made")),
  SERVERS(
      Spec.gauge(
          MEDIA,
          "castmesh.media.servers",
          "Media servers as this instance sees them",
          Label.SERVER_STATE)),
  SERVERS_LOST(
      Spec.counter(
          MEDIA,
          "castmesh.media.servers.lost",
          "Times that a media server was lost with everything on it")),
  SERVER_SESSIONS(
      Spec.gauge(
          MEDIA,
          "castmesh.media.server.sessions",
          "Media sessions of all instances on the servers that take new ones")),
  SERVER_CAPACITY(
      Spec.gauge(
          MEDIA,
          "castmesh.media.server.capacity",
          "Media sessions that these servers may have; 0: none takes any")),
  SERVER_CALLS(
      Spec.counter(
          MEDIA,
          "castmesh.media.server.calls",
          "What media servers were asked to do",
          Label.SUCCESS)),
  SERVER_CALL(
      Spec.waits(
          MEDIA,
          "castmesh.media.server.call.duration",
          "How long they took, waiting for a thread included")),
  ADOPTED(
      Spec.counter(
          MEDIA,
          "castmesh.media.adopted",
          "What this instance has taken over from one that died or left",
          Label.ADOPTED)),
  RECORDING_ERRORS(
      Spec.counter(
          MEDIA,
          "castmesh.media.recording.errors",
          "Recordings of which a media server has said that something is not written")),

  RECORDINGS(
      Spec.counter(
          VOD,
          "castmesh.vod.recordings",
          "Recordings that were complete: listed, too short to keep, not readable, or without a file",
          Label.RECORDING_END)),
  RECORDINGS_WAITING(
      Spec.gauge(
          VOD,
          "castmesh.vod.recordings.waiting",
          "Recordings with a ticket that are not listed yet, those of running lives included")),
  RECORDINGS_OVERDUE(
      Spec.gauge(
              VOD,
              "castmesh.vod.recordings.overdue",
              "How long the oldest recording waits that no live writes any more")
          .seconds()),
  PROCESSING(
      Spec.work(VOD, "castmesh.vod.processing", "Probing, repairing and picturing one recording")),
  SERVED(Spec.counter(VOD, "castmesh.vod.served", "Bytes of videos and thumbnails served").bytes()),
  DISK_FREE(
      Spec.gauge(VOD, "castmesh.vod.disk.free", "Free space where recordings are kept").bytes()),
  DISK_SIZE(
      Spec.gauge(VOD, "castmesh.vod.disk.size", "All space where recordings are kept").bytes()),

  ENDPOINTS(Spec.gauge(MEDIA_NODE, "castmesh.media-node.endpoints", "WebRTC endpoints")),
  RECORDERS(Spec.gauge(MEDIA_NODE, "castmesh.media-node.recorders", "Recorders")),
  CONTROL(
      Spec.gauge(
          MEDIA_NODE, "castmesh.media-node.control", "What Kurento clients have", Label.CONTROL)),
  CONTROL_REFUSED(
      Spec.counter(
          MEDIA_NODE,
          "castmesh.media-node.control.refused",
          "What Kurento clients did not get: too many, or for a web page (origin); sockets closed"
              + " because of them: slow, large, broken",
          Label.REFUSAL)),
  PACKETS(
      Spec.counter(
          MEDIA_NODE,
          "castmesh.media-node.packets",
          "Datagrams: media, feedback, handshakes and checks",
          Label.DIRECTION)),
  PACKET_BYTES(
      Spec.counter(MEDIA_NODE, "castmesh.media-node.traffic", "Their bytes", Label.DIRECTION)
          .bytes()),
  PACKETS_DROPPED(
      Spec.counter(
          MEDIA_NODE,
          "castmesh.media-node.packets.dropped",
          "Packets not taken: of strangers, forged or repeated, beyond a limit, not sent, waiting too long",
          Label.DROP_REASON)),
  TCP_CONNECTIONS(
      Spec.gauge(
          MEDIA_NODE,
          "castmesh.media-node.tcp.connections",
          "Connections of peers whose network has no UDP")),
  TCP_REFUSED(
      Spec.counter(
          MEDIA_NODE,
          "castmesh.media-node.tcp.refused",
          "Connections closed: too many at once, or without a valid check in time",
          Label.TCP_REASON)),
  PACKETS_MEDIA(
      Spec.counter(
          MEDIA_NODE,
          "castmesh.media-node.packets.media",
          "RTP packets of presenters that arrived, repeated ones included")),
  PACKETS_LOST(
      Spec.counter(
          MEDIA_NODE,
          "castmesh.media-node.packets.lost",
          "RTP packets of presenters that never arrived, or later than was waited for")),
  NACKS(
      Spec.counter(
          MEDIA_NODE,
          "castmesh.media-node.nacks",
          "Packets asked for again: by viewers (received), of presenters (sent)",
          Label.DIRECTION)),
  RETRANSMISSIONS(
      Spec.counter(
          MEDIA_NODE,
          "castmesh.media-node.packets.retransmitted",
          "Packets sent again to viewers that had missed them")),
  FRAMES_UNWRITTEN(
      Spec.counter(
          MEDIA_NODE,
          "castmesh.media-node.frames.unwritten",
          "Frames that recordings lack, because the disk did not keep up"));

  private final Spec spec;

  Metric(Spec spec) {
    this.spec = spec;
  }

  /** A counter, at 0 from now on. */
  public Counter counter(MeterRegistry registry, String... values) {
    require(Kind.COUNTER);
    return Counter.builder(spec.name())
        .description(spec.meaning())
        .baseUnit(baseUnit())
        .tags(tags(values))
        .register(registry);
  }

  /** A counter for each of the values of its labels; those with one closed label begin at 0. */
  public Counters counters(MeterRegistry registry) {
    Counters counters = new Counters(this, registry);
    if (spec.labels().size() == 1) {
      spec.labels().get(0).allowed().forEach(counters::of);
    }
    return counters;
  }

  /** Counts what another object has counted already. */
  public <T> void counterOf(
      MeterRegistry registry, T owner, ToDoubleFunction<T> count, String... values) {
    require(Kind.COUNTER);
    FunctionCounter.builder(spec.name(), owner, count)
        .description(spec.meaning())
        .baseUnit(baseUnit())
        .tags(tags(values))
        .register(registry);
  }

  /** A gauge, for as long as its owner is reachable otherwise. */
  public <T> void gauge(
      MeterRegistry registry, T owner, ToDoubleFunction<T> value, String... values) {
    require(Kind.GAUGE);
    Gauge.builder(spec.name(), owner, value)
        .description(spec.meaning())
        .baseUnit(baseUnit())
        .tags(tags(values))
        .register(registry);
  }

  /** A gauge that never changes. */
  public void constant(MeterRegistry registry, double value, String... values) {
    require(Kind.GAUGE);
    Gauge.builder(spec.name(), () -> value)
        .description(spec.meaning())
        .baseUnit(baseUnit())
        .tags(tags(values))
        .register(registry);
  }

  /** A histogram of times. */
  public Timer timer(MeterRegistry registry, String... values) {
    require(Kind.HISTOGRAM);
    return Timer.builder(spec.name())
        .description(spec.meaning())
        .tags(tags(values))
        .serviceLevelObjectives(spec.bounds().toArray(Duration[]::new))
        .register(registry);
  }

  /** A histogram for each of the values of its label. */
  public Timers timers(MeterRegistry registry) {
    return new Timers(this, registry);
  }

  /** Dotted, as Micrometer has it. */
  public String dotted() {
    return spec.name();
  }

  /** As Prometheus has it; a histogram has {@code _bucket}, {@code _sum} and so on besides. */
  public String exposed() {
    String name = spec.name().replace('.', '_').replace('-', '_');
    String withUnit = spec.unit().isEmpty() ? name : name + "_" + spec.unit();
    return spec.kind() == Kind.COUNTER ? withUnit + "_total" : withUnit;
  }

  /** gauge, counter or histogram. */
  public String type() {
    return spec.kind().name().toLowerCase(Locale.ROOT);
  }

  /** seconds or bytes; empty: things. */
  public String unit() {
    return spec.unit();
  }

  public Exposer exposer() {
    return spec.exposer();
  }

  public List<Label> labels() {
    return spec.labels();
  }

  public String meaning() {
    return spec.meaning();
  }

  private String baseUnit() {
    return spec.unit().isEmpty() ? null : spec.unit();
  }

  private void require(Kind kind) {
    if (spec.kind() != kind) {
      throw new IllegalStateException(name() + " is a " + type());
    }
  }

  /** The values as they are exposed: {@link Label#OTHER} for those that nobody has thought of. */
  List<String> normalized(String... values) {
    if (values.length != spec.labels().size()) {
      throw new IllegalArgumentException(name() + " has the labels " + spec.labels());
    }
    List<String> known = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      known.add(spec.labels().get(i).value(values[i]));
    }
    return known;
  }

  private List<Tag> tags(String... values) {
    List<String> known = normalized(values);
    List<Tag> tags = new ArrayList<>();
    for (int i = 0; i < known.size(); i++) {
      tags.add(Tag.of(spec.labels().get(i).key(), known.get(i)));
    }
    return tags;
  }
}

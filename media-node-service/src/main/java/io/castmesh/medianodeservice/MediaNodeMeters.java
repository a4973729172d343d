package io.castmesh.medianodeservice;

import io.castmesh.medianode.MediaNode;
import io.castmesh.medianode.engine.EngineStats;
import io.castmesh.medianode.kurento.object.KurentoCounts.Refusal;
import io.castmesh.runtime.metrics.Metric;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Tells what a media node counts, which knows nothing of us. */
public final class MediaNodeMeters {
  private final MeterRegistry registry;
  private final MediaNode node;

  private MediaNodeMeters(MeterRegistry registry, MediaNode node) {
    this.registry = registry;
    this.node = node;
  }

  public static void bind(MeterRegistry registry, MediaNode node) {
    MediaNodeMeters meters = new MediaNodeMeters(registry, node);
    Metric.ENDPOINTS.gauge(registry, node, n -> n.stats().peers());
    Metric.RECORDERS.gauge(registry, node, n -> n.stats().recorders());
    meters.count(Metric.PACKETS, EngineStats::packetsReceived, "received");
    meters.count(Metric.PACKETS, EngineStats::packetsSent, "sent");
    meters.count(Metric.PACKET_BYTES, EngineStats::bytesReceived, "received");
    meters.count(Metric.PACKET_BYTES, EngineStats::bytesSent, "sent");
    meters.count(Metric.PACKETS_DROPPED, s -> s.drops().strangers(), "stranger");
    meters.count(Metric.PACKETS_DROPPED, s -> s.drops().forged(), "forged");
    meters.count(Metric.PACKETS_DROPPED, s -> s.drops().overLimit(), "limit");
    meters.count(Metric.PACKETS_DROPPED, s -> s.drops().unsent(), "unsent");
    meters.count(Metric.PACKETS_DROPPED, s -> s.drops().slow(), "slow");
    meters.count(Metric.PACKETS_DROPPED, s -> s.drops().other(), "other");
    Metric.TCP_CONNECTIONS.gauge(registry, node, n -> n.stats().tcp().open());
    meters.count(Metric.TCP_REFUSED, s -> s.tcp().refused(), "full");
    meters.count(Metric.TCP_REFUSED, s -> s.tcp().unproven(), "unproven");
    meters.count(Metric.PACKETS_MEDIA, EngineStats::mediaPackets);
    meters.count(Metric.PACKETS_LOST, EngineStats::mediaPacketsLost);
    meters.count(Metric.NACKS, EngineStats::nacksReceived, "received");
    meters.count(Metric.NACKS, EngineStats::nacksSent, "sent");
    meters.count(Metric.RETRANSMISSIONS, EngineStats::packetsRetransmitted);
    meters.count(Metric.FRAMES_UNWRITTEN, EngineStats::framesUnwritten);
    Metric.CONTROL.gauge(registry, node, n -> n.control().sockets(), "sockets");
    Metric.CONTROL.gauge(registry, node, n -> n.control().sessions(), "sessions");
    Metric.CONTROL.gauge(registry, node, n -> n.control().objects(), "objects");
    for (Refusal why : Refusal.values()) {
      String label = why.name().toLowerCase(Locale.ROOT);
      Metric.CONTROL_REFUSED.counterOf(registry, node, n -> n.control().of(why), label);
    }
  }

  private void count(Metric metric, ToDoubleFunction<EngineStats> value, String... labels) {
    metric.counterOf(registry, node, n -> value.applyAsDouble(n.stats()), labels);
  }
}

package io.castmesh.medianode.kurento.element;

import io.castmesh.medianode.engine.ElementStats;
import io.castmesh.medianode.kurento.object.Values;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * Statistics in Kurento's shape: an object from stats ids to RTCInboundRTPStreamStats and
 * RTCOutboundRTPStreamStats. Ids stay the same over a stream's life.
 */
final class StatsReport {
  private StatsReport() {}

  /**
   * What every element has: how long media took to it, in nanoseconds, by what comes in. Forwarding
   * does not queue, so that is nothing. Kurento: {@code ElementStats}.
   */
  static JsonObject ofElement(String elementId, List<MediaType> inputs) {
    return new JsonObject()
        .put(
            elementId,
            Values.typed("ElementStats")
                .put("id", elementId)
                .put("type", "element")
                .put("timestampMillis", System.currentTimeMillis())
                .put("inputLatency", latencies(inputs)));
  }

  private static JsonArray latencies(List<MediaType> inputs) {
    JsonArray latencies = new JsonArray();
    for (MediaType type : inputs) {
      latencies.add(
          Values.typed("MediaLatencyStat")
              .put("name", "sink_" + type.name().toLowerCase(Locale.ROOT) + "_default")
              .put("type", type.name())
              .put("avg", 0.0));
    }
    return latencies;
  }

  /**
   * The report, or null for an element without streams, as a Kurento server answers. Like there,
   * what the peer reports is part of what is sent to it, and there are no entries for codecs,
   * transports and candidates.
   *
   * @param inputs as in {@link #ofElement}
   */
  static JsonObject of(
      String elementId, ElementStats stats, List<MediaType> inputs, Optional<MediaType> wanted) {
    JsonObject report = new JsonObject();
    for (ElementStats.Stream stream : stats.inbound()) {
      if (isWanted(stream, wanted)) {
        add(
            report,
            common("RTCInboundRTPStreamStats", "inboundrtp", elementId, stats, stream)
                .put("packetsReceived", stream.packets())
                .put("bytesReceived", stream.bytes())
                .put("jitter", stream.jitterSeconds()));
      }
    }
    for (ElementStats.Stream stream : stats.outbound()) {
      if (isWanted(stream, wanted)) {
        add(
            report,
            common("RTCOutboundRTPStreamStats", "outboundrtp", elementId, stats, stream)
                .put("packetsSent", stream.packets())
                .put("bytesSent", stream.bytes())
                .put("targetBitrate", 0.0)
                .put("roundTripTime", stream.roundTripSeconds()));
      }
    }
    if (report.isEmpty()) {
      return null;
    }
    return report.put(
        elementId,
        Values.typed("EndpointStats")
            .put("id", elementId)
            .put("type", "endpoint")
            .put("timestampMillis", stats.timestampMillis())
            .put("inputLatency", latencies(inputs))
            .put("E2ELatency", latencies(inputs)));
  }

  private static boolean isWanted(ElementStats.Stream stream, Optional<MediaType> wanted) {
    return wanted.isEmpty() || wanted.get() == MediaType.of(stream.kind());
  }

  private static void add(JsonObject report, JsonObject entry) {
    report.put(entry.getString("id"), entry);
  }

  private static JsonObject common(
      String typeName, String type, String elementId, ElementStats stats, ElementStats.Stream s) {
    String id =
        UUID.nameUUIDFromBytes((elementId + type + s.ssrc()).getBytes(StandardCharsets.UTF_8))
            .toString();
    return Values.typed(typeName)
        .put("id", id)
        .put("type", type)
        .put("timestampMillis", stats.timestampMillis())
        .put("ssrc", Long.toString(s.ssrc()))
        .put("isRemote", false)
        .put("mediaTrackId", s.kind().name().toLowerCase(Locale.ROOT))
        .put("associateStatsId", "")
        .put("transportId", "")
        .put("codecId", "")
        .put("firCount", s.firCount())
        .put("pliCount", s.pliCount())
        .put("nackCount", s.nackCount())
        .put("sliCount", 0)
        .put("remb", s.remb())
        .put("packetsLost", s.packetsLost())
        .put("fractionLost", fractionLost(s));
  }

  /** Over the whole life of the stream; a duplicate may make the count of lost packets negative. */
  private static double fractionLost(ElementStats.Stream stream) {
    long lost = Math.max(0, stream.packetsLost());
    return lost == 0 ? 0.0 : (double) lost / (lost + stream.packets());
  }
}

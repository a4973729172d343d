package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.SdpPeer;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Notices that media starts or stops flowing, and tells. Owned by the loop. */
final class FlowWatch {
  private static final long STOPPED_AFTER = TimeUnit.SECONDS.toNanos(2);

  private final Consumer<Consumer<SdpPeer.Listener>> peer;
  private final ReceiveSide receiving;
  private final SendSide sending;
  private final boolean[] in = new boolean[MediaKind.values().length];
  private final boolean[] out = new boolean[MediaKind.values().length];
  private static final MediaKind[] KINDS = MediaKind.values();

  /**
   * @param peer takes what to tell the listener
   */
  FlowWatch(Consumer<Consumer<SdpPeer.Listener>> peer, ReceiveSide receiving, SendSide sending) {
    this.peer = peer;
    this.receiving = receiving;
    this.sending = sending;
  }

  void tick(long now) {
    for (MediaKind kind : KINDS) {
      InboundTrack source = receiving.track(kind);
      boolean flowsIn = source.isBound() && now - source.lastPacketAt() < STOPPED_AFTER;
      if (flowsIn != in[kind.ordinal()]) {
        in[kind.ordinal()] = flowsIn;
        peer.accept(l -> l.onFlowIn(kind, flowsIn));
      }
      long sentAt = sending.track(kind).lastSentAt();
      boolean flowsOut = sentAt != 0 && now - sentAt < STOPPED_AFTER;
      if (flowsOut != out[kind.ordinal()]) {
        out[kind.ordinal()] = flowsOut;
        peer.accept(l -> l.onFlowOut(kind, flowsOut));
      }
    }
  }
}

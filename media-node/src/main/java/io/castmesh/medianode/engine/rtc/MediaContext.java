package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.MediaNodeConfig.PeerLimits;
import io.castmesh.medianode.engine.dtls.DtlsIdentity;
import io.castmesh.medianode.engine.loop.MediaLoop;
import io.castmesh.medianode.engine.sdp.HostCandidates;
import io.castmesh.medianode.engine.track.BurstEnd;
import io.castmesh.medianode.engine.track.Shard;
import io.castmesh.medianode.engine.track.WallClock;
import java.security.SecureRandom;
import java.util.concurrent.Executor;

/**
 * What all peers of a shard share.
 *
 * @param handshakes where DTLS may block
 */
record MediaContext(
    Shard shard,
    PeerTable<RtcPeer> peers,
    PeerTurns turns,
    DtlsIdentity identity,
    Executor handshakes,
    HostCandidates candidates,
    WallClock wallClock,
    EngineCounters counters,
    PeerLimits limits,
    SecureRandom random) {

  MediaLoop loop() {
    return shard.loop();
  }

  BurstEnd bursts() {
    return shard.bursts();
  }

  /** An SSRC that is not 0. */
  int randomSsrc() {
    return random.nextInt(1, Integer.MAX_VALUE);
  }
}

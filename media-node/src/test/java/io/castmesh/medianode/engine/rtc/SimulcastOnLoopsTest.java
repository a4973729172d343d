package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.MediaNodeConfig;

/** The same on two loops: of two who watch, one is not where the presenter is. */
class SimulcastOnLoopsTest extends SimulcastTest {
  @Override
  RtcEngine start() {
    return RtcEngine.start(MediaNodeConfig.LOOPBACK.withLoops(2));
  }
}

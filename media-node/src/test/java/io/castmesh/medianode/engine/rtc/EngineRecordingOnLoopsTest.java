package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.MediaNodeConfig;

/**
 * The same on two loops: the recorder is not on the presenter's, and gets a mirror of its media.
 */
class EngineRecordingOnLoopsTest extends EngineRecordingTest {
  @Override
  RtcEngine start() {
    return RtcEngine.start(MediaNodeConfig.LOOPBACK.withLoops(2));
  }
}

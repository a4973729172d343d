package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.MediaNodeConfig;

/** The same on two loops: one of the viewers is not where the player is. */
class StandingPlayerOnLoopsTest extends StandingPlayerTest {
  @Override
  MediaNodeConfig config() {
    return super.config().withLoops(2);
  }
}

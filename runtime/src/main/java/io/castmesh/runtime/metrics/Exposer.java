package io.castmesh.runtime.metrics;

/** Which processes expose a metric; in one JVM all of them are one process. */
public enum Exposer {
  EVERY("every service"),
  GATEWAY("gateway"),
  ROOM("room"),
  MEDIA("media"),
  CALL("call"),
  VOD("vod"),
  MEDIA_NODE("media-node");

  private final String text;

  Exposer(String text) {
    this.text = text;
  }

  /** As the job of Prometheus is called that scrapes it. */
  public String text() {
    return text;
  }
}

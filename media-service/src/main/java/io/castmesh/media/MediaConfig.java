package io.castmesh.media;

import io.castmesh.runtime.config.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * The settings of media-service.
 *
 * @param servers Kurento servers, {@code ws://host:8888/kurento}; empty in one JVM: the embedded
 *     one
 * @param recordingsUri the recordings folder as media servers see it; empty: as this process does
 * @param videoKbps the most that a presenter sends and a viewer is sent
 * @param sessionsPerClient media sessions that one client session may have at a time
 * @param sessionsPerServer media sessions that a media server may have at a time: 400 of them at
 *     2.5 Mbit/s each are a network card of a gigabit
 * @param workers threads that wait for one media server
 * @param callDeadline how long a media server may take for one answer
 * @param pingEvery how often a media server is asked whether it lives
 * @param lease how long an instance counts as alive without saying so; it says so three times in it
 * @param presenceEvery how often sessions of clients are looked up that ended without a word
 * @param pipelinesEvery how often servers are searched for pipelines that nobody owns; more often
 *     than a server's own garbage collection would keep such pipelines alive
 */
public record MediaConfig(
    List<String> servers,
    String recordingsUri,
    int videoKbps,
    int sessionsPerClient,
    int sessionsPerServer,
    int workers,
    Duration callDeadline,
    Duration pingEvery,
    Duration lease,
    Duration presenceEvery,
    Duration pipelinesEvery) {

  public static MediaConfig read(Settings s) {
    List<String> servers =
        s.list(
            "kurento.urls", "Kurento servers, ws://host:8888/kurento; unset in one JVM: embedded");
    for (String server : servers) {
      String scheme = scheme(server);
      if (!"ws".equals(scheme) && !"wss".equals(scheme)) {
        s.problem("CASTMESH_KURENTO_URLS: '" + server + "' is not a ws:// or wss:// address");
      }
    }
    return new MediaConfig(
        servers,
        s.text(
            "media.recordings-uri",
            "",
            "Folder of recordings as media servers see it, file:///…; unset: recordings.dir"),
        s.integer("media.video-kbps", 3000, 100, 50_000, "Most kbit/s of one video"),
        s.integer("media.sessions-per-client", 8, 1, 100, "Media sessions of one client session"),
        s.integer(
            "media.sessions-per-server", 400, 2, 100_000, "Media sessions of one media server"),
        s.integer("media.workers", 16, 2, 256, "Threads that wait for one media server"),
        s.seconds("media.call-deadline", 6, 1, 60, "Longest wait for one answer of a media server"),
        s.seconds("media.ping-interval", 2, 1, 60, "How often media servers are asked to answer"),
        s.seconds(
            "media.lease", 5, 2, 300, "How long an instance that says nothing counts as alive"),
        s.seconds(
            "media.presence-interval", 15, 1, 300, "How often vanished clients are looked for"),
        s.seconds(
            "media.pipelines-interval",
            600,
            300,
            86_400,
            "How often media servers are searched for pipelines that nobody owns"));
  }

  private static String scheme(String server) {
    try {
      return URI.create(server).getScheme();
    } catch (IllegalArgumentException invalid) {
      return "";
    }
  }

  /** The same on other servers: the embedded one. */
  public MediaConfig withServers(List<String> others) {
    return new MediaConfig(
        List.copyOf(others),
        recordingsUri,
        videoKbps,
        sessionsPerClient,
        sessionsPerServer,
        workers,
        callDeadline,
        pingEvery,
        lease,
        presenceEvery,
        pipelinesEvery);
  }
}

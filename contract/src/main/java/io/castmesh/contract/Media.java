package io.castmesh.contract;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Lives and media sessions: owned by media-service. */
public final class Media {
  private Media() {}

  private static final Duration NEGOTIATION = Duration.ofSeconds(10);

  public static final Endpoint<Publish, Published> PUBLISH =
      Endpoint.of("media.publish", Publish.class, Published.class).within(NEGOTIATION);
  public static final Endpoint<View, Answer> VIEW =
      Endpoint.of("media.view", View.class, Answer.class).within(NEGOTIATION);

  /** The presenter ends the live; answered when its recording is finished. */
  public static final Endpoint<OfLive, Done> STOP =
      Endpoint.of("media.stop", OfLive.class, Done.class).within(NEGOTIATION);

  /** Ends a live whosever it is, and says why; answered when its recording is finished. */
  public static final Endpoint<EndLive, Done> END_LIVE =
      Endpoint.of("media.live.end", EndLive.class, Done.class).within(NEGOTIATION);

  /** Ends what a person presents, if anything. */
  public static final Endpoint<EndLiveOf, Done> END_LIVE_OF =
      Endpoint.of("media.live.endOf", EndLiveOf.class, Done.class)
          .within(NEGOTIATION)
          .asRepeatable();

  public static final Endpoint<OfLive, Done> LEAVE =
      Endpoint.of("media.leave", OfLive.class, Done.class).asRepeatable();
  public static final Endpoint<AddCandidate, Done> CANDIDATE =
      Endpoint.of("media.candidate", AddCandidate.class, Done.class).asRepeatable();

  /**
   * A fresh offer for a media session whose network has changed, or whose media server is lost: its
   * live or call is placed on another server when its presenter or the first side comes.
   */
  public static final Endpoint<Restart, Answer> RESTART =
      Endpoint.of("media.restart", Restart.class, Answer.class).within(NEGOTIATION);

  /** The media sessions of the calling session. */
  public static final Endpoint<Mine, Sessions> LIST =
      Endpoint.of("media.list", Mine.class, Sessions.class).within(NEGOTIATION).asRepeatable();

  public static final Endpoint<JoinCall, Answer> CALL_CONNECT =
      Endpoint.of("media.call.connect", JoinCall.class, Answer.class).within(NEGOTIATION);
  public static final Endpoint<OfCall, Done> CALL_END =
      Endpoint.of("media.call.end", OfCall.class, Done.class).asRepeatable();
  public static final Endpoint<LivesQuery, Lives> LIVES =
      Endpoint.of("media.lives", LivesQuery.class, Lives.class).asRepeatable();

  /** The media servers, and what is on them. */
  public static final Endpoint<ServersQuery, Servers> SERVERS =
      Endpoint.of("media.servers", ServersQuery.class, Servers.class).asRepeatable();

  /** Takes a media server out of use, or into use again: what is on it stays until it ends. */
  public static final Endpoint<DrainServer, Done> DRAIN_SERVER =
      Endpoint.of("media.servers.drain", DrainServer.class, Done.class).asRepeatable();

  /** Between instances: whether one of them answers, ask {@code at} it. */
  public static final Endpoint<Probe, Done> PROBE =
      Endpoint.of("media.probe", Probe.class, Done.class)
          .within(Duration.ofSeconds(1))
          .asRepeatable();

  /** Between instances: one that stops hands over what it has, to be asked {@code at} another. */
  public static final Endpoint<Handover, HandedOver> ADOPT =
      Endpoint.of("media.adopt", Handover.class, HandedOver.class).within(Duration.ofSeconds(15));

  /**
   * What media-service writes beside a recording when it starts it, as {@code <recording>.json}
   * beside {@code <recording>.webm}: so that a recording whose end nobody could tell still has an
   * owner. vod-service deletes it when the recording is registered.
   *
   * @param liveId the recording's id: see {@link #recordingOf}
   */
  public record RecordingTicket(
      String liveId, User owner, String title, String file, Instant startedAt, String address) {}

  /** A recording is complete on disk. Emitted again until vod-service has acknowledged it. */
  public static final Topic<RecordingEnded> RECORDING_ENDED =
      new Topic<>("media.recording.ended", RecordingEnded.class);

  /**
   * The id of one recording of a live: the live's own for the first. A live that is placed on
   * another media server begins another recording there, so that each is one whole file.
   *
   * @param part counts from 1
   */
  public static String recordingOf(String liveId, int part) {
    return part == 1 ? liveId : liveId + "." + part;
  }

  /** The live that a recording is of. */
  public static String liveOfRecording(String recordingId) {
    int end = recordingId.indexOf('.');
    return end < 0 ? recordingId : recordingId.substring(0, end);
  }

  /**
   * @param title may be null
   */
  public record Publish(Caller caller, String sdpOffer, String title, boolean record) {}

  public record Published(String liveId, String mediaId, String sdpAnswer) {}

  public record View(Caller caller, String liveId, String sdpOffer) {}

  public record Answer(String mediaId, String sdpAnswer) {}

  public record OfLive(Caller caller, String liveId) {}

  /**
   * @param reason as in the event live.ended
   */
  public record EndLive(String liveId, String reason) {}

  /**
   * @param reason as in the event live.ended
   */
  public record EndLiveOf(String userId, String reason) {}

  /**
   * @param mediaId null: the offer in flight on this session
   */
  public record AddCandidate(Caller caller, String mediaId, Candidate candidate) {}

  /** RTCIceCandidateInit as browsers write it; an empty candidate means that there are no more. */
  public record Candidate(String candidate, String sdpMid, Integer sdpMLineIndex) {}

  public record Mine(Caller caller) {}

  public record Sessions(List<Session> items) {}

  /**
   * @param kind presenter, viewer or call
   * @param liveId null for calls
   * @param callId null for lives
   * @param state as in the event media.state
   */
  public record Session(String mediaId, String kind, String liveId, String callId, String state) {}

  public record ServersQuery() {}

  public record Servers(List<Server> items) {}

  /**
   * @param up whether some instance of media-service is connected to it
   * @param sessions media sessions on it
   */
  public record Server(String url, boolean up, boolean draining, int sessions) {}

  public record DrainServer(String url, boolean draining) {}

  public record Probe() {}

  /**
   * @param from the instance that stops
   * @param keys of lives and calls
   */
  public record Handover(String from, List<String> keys) {}

  /**
   * @param keys of what has been taken over
   */
  public record HandedOver(List<String> keys) {}

  public record Restart(Caller caller, String mediaId, String sdpOffer) {}

  /**
   * One side of a call brings its media. Only call-service asks, after it has checked the caller.
   */
  public record JoinCall(Caller caller, String callId, String sdpOffer) {}

  public record OfCall(String callId) {}

  /**
   * @param liveId only this one; null: all
   */
  public record LivesQuery(String liveId) {}

  public record Live(
      String liveId,
      String title,
      User presenter,
      Instant startedAt,
      int viewers,
      boolean recorded) {}

  public record Lives(List<Live> items) {}

  /**
   * @param liveId the recording's id: see {@link #recordingOf}
   * @param file name inside the recordings folder
   * @param address the presenter's IP address, for the place; may be null
   */
  public record RecordingEnded(
      String liveId,
      User owner,
      String title,
      String file,
      Instant startedAt,
      Instant endedAt,
      String address) {}
}

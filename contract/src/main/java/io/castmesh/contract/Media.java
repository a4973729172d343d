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

  public static final Endpoint<OfLive, Done> LEAVE =
      Endpoint.of("media.leave", OfLive.class, Done.class);
  public static final Endpoint<AddCandidate, Done> CANDIDATE =
      Endpoint.of("media.candidate", AddCandidate.class, Done.class);

  /** A fresh offer for a media session whose network has changed. */
  public static final Endpoint<Restart, Answer> RESTART =
      Endpoint.of("media.restart", Restart.class, Answer.class).within(NEGOTIATION);

  public static final Endpoint<JoinCall, Answer> CALL_CONNECT =
      Endpoint.of("media.call.connect", JoinCall.class, Answer.class).within(NEGOTIATION);
  public static final Endpoint<OfCall, Done> CALL_END =
      Endpoint.of("media.call.end", OfCall.class, Done.class);
  public static final Endpoint<LivesQuery, Lives> LIVES =
      Endpoint.of("media.lives", LivesQuery.class, Lives.class);

  /**
   * What media-service writes beside a recording when it starts it, as {@code <liveId>.json} beside
   * {@code <liveId>.webm}: so that a recording whose end nobody could tell still has an owner.
   * vod-service deletes it when the recording is registered.
   */
  public record RecordingTicket(
      String liveId, User owner, String title, String file, Instant startedAt, String address) {}

  /** A recording is complete on disk. Emitted again until vod-service has acknowledged it. */
  public static final Topic<RecordingEnded> RECORDING_ENDED =
      new Topic<>("media.recording.ended", RecordingEnded.class);

  /**
   * @param title may be null
   */
  public record Publish(Caller caller, String sdpOffer, String title, boolean record) {}

  public record Published(String liveId, String mediaId, String sdpAnswer) {}

  public record View(Caller caller, String liveId, String sdpOffer) {}

  public record Answer(String mediaId, String sdpAnswer) {}

  public record OfLive(Caller caller, String liveId) {}

  /**
   * @param mediaId null: the offer in flight on this session
   */
  public record AddCandidate(Caller caller, String mediaId, Candidate candidate) {}

  /** RTCIceCandidateInit as browsers write it; an empty candidate means that there are no more. */
  public record Candidate(String candidate, String sdpMid, Integer sdpMLineIndex) {}

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

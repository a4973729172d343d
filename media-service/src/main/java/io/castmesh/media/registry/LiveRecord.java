package io.castmesh.media.registry;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Media.RecordingTicket;
import java.time.Instant;

/**
 * A live as it is written down: enough to list it, and for another instance to go on with it. Its
 * peers are {@link SessionRecord}s.
 *
 * @param title may be null
 * @param recorded whether it is to be recorded
 * @param presenterMedia the media id of the presenter's session
 * @param parts how many recordings it has begun, the present one included
 * @param stage where its media is; null while it has lost its media server
 * @param lostAt when it lost it; null while it has one
 */
public record LiveRecord(
    String liveId,
    String title,
    Caller presenter,
    Instant startedAt,
    boolean recorded,
    String presenterMedia,
    int parts,
    Stage stage,
    Instant lostAt) {

  /**
   * A live's place on a media server.
   *
   * @param server the media server's address
   * @param pipeline its id there
   * @param kindsOffered how many of audio and video the presenter offers to send
   * @param recorder its id there; null: not recorded
   * @param ticket of the recording that runs; null before it has begun
   */
  public record Stage(
      String server, String pipeline, int kindsOffered, String recorder, RecordingTicket ticket) {}
}

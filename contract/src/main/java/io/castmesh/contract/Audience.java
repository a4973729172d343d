package io.castmesh.contract;

import java.time.Instant;
import java.util.List;

/** Who watches a live: owned by room-service, reported by media-service. */
public final class Audience {
  private Audience() {}

  public static final Endpoint<Open, Done> OPEN =
      Endpoint.of("audience.open", Open.class, Done.class).asRepeatable();
  public static final Endpoint<Close, Done> CLOSE =
      Endpoint.of("audience.close", Close.class, Done.class).asRepeatable();

  /** A viewer's media session stands; tells the presenter, and counts to the other viewers. */
  public static final Endpoint<Join, Size> JOIN =
      Endpoint.of("audience.join", Join.class, Size.class).asRepeatable();

  public static final Endpoint<Leave, Size> LEAVE =
      Endpoint.of("audience.leave", Leave.class, Size.class).asRepeatable();
  public static final Endpoint<Query, Members> MEMBERS =
      Endpoint.of("audience.members", Query.class, Members.class).asRepeatable();

  /** How many watch each of some lives. */
  public static final Endpoint<SizesQuery, Sizes> SIZES =
      Endpoint.of("audience.sizes", SizesQuery.class, Sizes.class).asRepeatable();

  public record Open(String liveId, Caller presenter) {}

  /**
   * The live is over; tells every viewer and everybody's live list.
   *
   * @param reason stopped, presenter_gone, media_server_lost, moderated or failed
   * @param again nobody knows whether it has been told: it is told once more rather than never
   */
  public record Close(String liveId, String reason, boolean again) {}

  /**
   * @param again the viewer was counted in before, and Redis has lost it: only the count is told
   */
  public record Join(String liveId, Caller viewer, boolean again) {
    public Join(String liveId, Caller viewer) {
      this(liveId, viewer, false);
    }
  }

  public record Leave(String liveId, String sessionId) {}

  public record Query(String liveId) {}

  public record Member(User user, Instant time) {}

  /**
   * @param items at most the 500 who came last
   */
  public record Members(int viewers, List<Member> items) {}

  public record Size(int viewers) {}

  public record SizesQuery(List<String> liveIds) {}

  /**
   * @param viewers -1 of a live that is over
   */
  public record Sizes(List<Integer> viewers) {}
}

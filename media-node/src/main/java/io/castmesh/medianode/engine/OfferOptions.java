package io.castmesh.medianode.engine;

import io.castmesh.medianode.engine.sdp.Direction;
import java.util.EnumSet;
import java.util.Set;

/**
 * What an offer of ours proposes.
 *
 * @param kinds those left out have no section
 * @param direction ours, of every section
 */
public record OfferOptions(Set<MediaKind> kinds, Direction direction) {
  /** Audio and video, both ways. */
  public static final OfferOptions EVERYTHING =
      new OfferOptions(EnumSet.allOf(MediaKind.class), Direction.SENDRECV);

  public OfferOptions {
    kinds = Set.copyOf(kinds);
  }
}

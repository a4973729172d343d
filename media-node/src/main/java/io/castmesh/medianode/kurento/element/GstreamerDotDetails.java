package io.castmesh.medianode.kurento.element;

import io.castmesh.medianode.kurento.object.MediaObject;
import io.castmesh.medianode.kurento.object.Params;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much a graph should show. This node has no GStreamer behind it: its graphs show elements and
 * connections whatever is asked for, in the same DOT language.
 */
@SuppressWarnings("unused") // names of the protocol
enum GstreamerDotDetails {
  SHOW_MEDIA_TYPE,
  SHOW_CAPS_DETAILS,
  SHOW_NON_DEFAULT_PARAMS,
  SHOW_STATES,
  SHOW_FULL_PARAMS,
  SHOW_ALL,
  SHOW_VERBOSE;

  private static final Logger log = LoggerFactory.getLogger(GstreamerDotDetails.class);

  /** Fails for details that do not exist. */
  static Params check(Params params) {
    params.optionalEnum("details", GstreamerDotDetails.class);
    return params;
  }

  static StringBuilder begin() {
    return new StringBuilder("digraph pipeline {\n  rankdir=LR;\n");
  }

  /**
   * A Kurento server writes a file beside its logs; here it goes to the log, for who looks closer.
   */
  static Object dump(MediaObject object, String dot) {
    log.debug("{}:\n{}", object.id(), dot);
    return null;
  }
}

package io.castmesh.media.call;

import io.castmesh.media.kurento.KurentoLink;
import io.castmesh.media.kurento.ReleaseStack;
import io.vertx.core.Future;
import org.kurento.client.MediaPipeline;

/**
 * A call's place on one media server.
 *
 * @param pipeline fails when it could not be made
 * @param made what is released with it
 */
record CallStage(KurentoLink link, Future<MediaPipeline> pipeline, ReleaseStack made) {}

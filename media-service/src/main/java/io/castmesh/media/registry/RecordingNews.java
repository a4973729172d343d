package io.castmesh.media.registry;

import io.castmesh.contract.Media.RecordingEnded;
import io.castmesh.runtime.bus.Json;
import io.castmesh.runtime.store.RedisStore;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import java.util.List;

/**
 * Recordings that are complete and that vod-service has not registered yet, in {@code
 * media:recordings}. Any thread; fails with {@code UNAVAILABLE} while Redis is away.
 */
public final class RecordingNews {
  private static final String RECORDINGS = "media:recordings";

  private final RedisStore redis;

  public RecordingNews(RedisStore redis) {
    this.redis = redis;
  }

  public Future<Void> put(RecordingEnded recording) {
    return redis.run(Command.HSET, RECORDINGS, recording.liveId(), Json.text(recording)).mapEmpty();
  }

  public Future<List<RecordingEnded>> all() {
    return redis
        .hash(RECORDINGS)
        .map(
            values ->
                values.values().stream()
                    .map(json -> Json.read(json, RecordingEnded.class))
                    .toList());
  }

  public Future<Void> remove(String recordingId) {
    return redis.run(Command.HDEL, RECORDINGS, recordingId).mapEmpty();
  }
}

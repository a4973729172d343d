package io.castmesh.vod.library;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Done;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Videos.ById;
import io.castmesh.contract.Videos.Delete;
import io.castmesh.contract.Videos.Page;
import io.castmesh.contract.Videos.Query;
import io.castmesh.contract.Videos.Source;
import io.castmesh.contract.Videos.Update;
import io.castmesh.contract.Videos.Video;
import io.castmesh.vod.recording.RecordingFolder;
import io.vertx.core.Future;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What people do with videos. Thread-safe. */
public final class VideoService {
  private static final Logger log = LoggerFactory.getLogger(VideoService.class);

  private static final int TITLE_LENGTH = 200;
  private static final int PAGE_SIZE = 100;

  private final VideoStore videos;
  private final RecordingFolder folder;
  private final Function<String, Source> sources;

  /**
   * @param sources where the bytes of a video are served, by its id
   */
  public VideoService(VideoStore videos, RecordingFolder folder, Function<String, Source> sources) {
    this.videos = videos;
    this.folder = folder;
    this.sources = sources;
  }

  public Future<Page> list(Query query) {
    if (query.page() < 0 || query.size() < 1 || query.size() > PAGE_SIZE) {
      return Future.failedFuture(
          Failure.INVALID_REQUEST.exception("page: from 0; size: from 1 to " + PAGE_SIZE));
    }
    return videos
        .list(query)
        .map(
            found ->
                new Page(
                    found.rows().stream().map(VideoStore.Row::video).toList(),
                    query.page(),
                    query.size(),
                    found.total()));
  }

  public Future<Video> get(ById request) {
    return videos.find(request.id()).map(VideoStore.Row::video);
  }

  /** The owner gives it another title. */
  public Future<Video> update(Update request) {
    String title = request.title() == null ? "" : request.title().strip();
    if (title.isEmpty() || title.codePointCount(0, title.length()) > TITLE_LENGTH) {
      return Future.failedFuture(
          Failure.INVALID_REQUEST.exception("title: 1 to " + TITLE_LENGTH + " characters"));
    }
    return owned(request.id(), request.caller())
        .compose(row -> videos.rename(row.id(), title))
        .compose(renamed -> get(new ById(request.id())));
  }

  /**
   * The owner deletes it: first a note in the folder, then the row, then the files. Cut short after
   * the note, the rest is done in the next round, whatever MySQL answered or did not. On a full
   * disk there may be no note, and deleting is what helps.
   */
  public Future<Done> delete(Delete request) {
    return owned(request.id(), request.caller()).compose(this::delete);
  }

  /** The same, whosever it is. */
  public Future<Done> remove(ById request) {
    return videos.find(request.id()).compose(this::delete);
  }

  private Future<Done> delete(VideoStore.Row row) {
    return folder
        .doom(row.liveId(), row.file())
        .onFailure(
            error -> log.warn("deletion not noted file={} error={}", row.file(), error.toString()))
        .otherwiseEmpty()
        .compose(noted -> videos.deleteForLive(row.liveId()))
        .compose(deleted -> folder.removeDoomed(row.liveId(), row.file()))
        .map(Done.DONE);
  }

  public Future<Source> source(ById request) {
    return videos.find(request.id()).map(row -> sources.apply(row.id()));
  }

  private Future<VideoStore.Row> owned(String id, Caller caller) {
    return videos
        .find(id)
        .compose(
            row ->
                row.owner().id().equals(caller.userId())
                    ? Future.succeededFuture(row)
                    : Future.failedFuture(Failure.FORBIDDEN.exception()));
  }
}

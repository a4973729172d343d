package io.castmesh.media.recording;

import io.castmesh.contract.Media;
import io.castmesh.contract.Media.RecordingEnded;
import io.castmesh.contract.Media.RecordingTicket;
import io.castmesh.media.registry.RecordingNews;
import io.castmesh.runtime.bus.Bus;
import io.castmesh.runtime.bus.Json;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystem;
import java.nio.file.Path;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The recordings folder: files and tickets, and the news of recordings that are complete. News is
 * told again until the ticket is gone, which is how vod-service says that it has registered one.
 */
public final class Recordings {
  private static final Logger log = LoggerFactory.getLogger(Recordings.class);

  private final FileSystem files;
  private final Bus bus;
  private final RecordingNews news;
  private final String instance;
  private final Path folder;
  private final String serverUri;
  private final Counter errors;

  /**
   * @param instance names this process among those that share the folder
   * @param serverUri the folder as media servers see it; empty: as this process does
   * @param errors counts recordings that go wrong
   */
  public Recordings(
      Vertx vertx,
      Bus bus,
      RecordingNews news,
      String instance,
      Path folder,
      String serverUri,
      Counter errors) {
    this.errors = errors;
    this.instance = instance;
    this.files = vertx.fileSystem();
    this.bus = bus;
    this.news = news;
    this.folder = folder;
    // Not put together with java.net.URI, which drops the empty authority: Kurento takes file:///
    // only, and would write nothing.
    String uri = serverUri.isEmpty() ? "file://" + folder.toUri().getRawPath() : serverUri;
    this.serverUri = uri.endsWith("/") ? uri : uri + "/";
  }

  /** Fails when nothing can be written there: better at the start than after the first live. */
  public Future<Void> verify() {
    String probe = folder.resolve(".writable-" + instance).toString();
    return files
        .mkdirs(folder.toString())
        .compose(made -> files.writeFile(probe, Buffer.buffer()))
        .compose(written -> files.delete(probe))
        .recover(
            error ->
                Future.failedFuture(
                    new IllegalStateException(
                        "The recordings folder " + folder + " cannot be written", error)));
  }

  static String fileOf(String recordingId) {
    return recordingId + ".webm";
  }

  /** Where a media server shall write a recording. */
  public String uri(String recordingId) {
    return serverUri + fileOf(recordingId);
  }

  /** A media server says that something is not written. */
  void wentWrong(String recordingId, String description) {
    log.error("recording goes wrong recording={} error={}", recordingId, description);
    errors.increment();
  }

  Future<Void> writeTicket(RecordingTicket ticket) {
    return files.writeFile(ticket(ticket.liveId()), Json.buffer(ticket));
  }

  /** The recording is complete on disk: tells so until somebody has it. */
  Future<Void> announce(RecordingTicket ticket, Instant endedAt) {
    RecordingEnded ended =
        new RecordingEnded(
            ticket.liveId(),
            ticket.owner(),
            ticket.title(),
            ticket.file(),
            ticket.startedAt(),
            endedAt,
            ticket.address());
    return news.put(ended)
        .onFailure(error -> log.warn("recording not noted live={}", ended.liveId()))
        .eventually(
            () -> {
              bus.emit(Media.RECORDING_ENDED, ended);
              return Future.succeededFuture();
            });
  }

  /** Nobody is left to stop it: it ended when its file was last written. */
  public Future<Void> announceLost(RecordingTicket ticket) {
    return files
        .props(folder.resolve(ticket.file()).toString())
        .map(props -> Instant.ofEpochMilli(props.lastModifiedTime()))
        .otherwise(Instant.now())
        .compose(endedAt -> announce(ticket, endedAt));
  }

  /** Tells again what nobody has registered yet. */
  public Future<Void> announceAgain() {
    return news.all()
        .compose(
            all -> {
              Future<Void> done = Future.succeededFuture();
              for (RecordingEnded recording : all) {
                done = done.compose(before -> announceAgain(recording));
              }
              return done;
            });
  }

  private Future<Void> announceAgain(RecordingEnded recording) {
    return files
        .exists(ticket(recording.liveId()))
        .compose(
            waiting -> {
              if (!waiting) {
                return news.remove(recording.liveId());
              }
              bus.emit(Media.RECORDING_ENDED, recording);
              return Future.succeededFuture();
            });
  }

  private String ticket(String liveId) {
    return folder.resolve(liveId + ".json").toString();
  }
}

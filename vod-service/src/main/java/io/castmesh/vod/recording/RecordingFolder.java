package io.castmesh.vod.recording;

import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.Media.RecordingTicket;
import io.castmesh.runtime.bus.Json;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The recordings folder, which media servers, media-service and all instances of vod-service share:
 *
 * <pre>
 * LIVE.webm          a recording, being written or finished; likewise LIVE.mp4
 * LIVE.json          its ticket, until it is registered
 * LIVE.jpg           its thumbnail
 * LIVE.webm.deleted  it is being deleted
 * LIVE.webm.broken   nothing in it can be read, though it is not small
 * LIVE.json.broken   a ticket that makes no sense, or beside which no recording came
 * *.part             not whole yet
 * </pre>
 *
 * <p>Thread-safe; works on Vert.x's worker threads.
 */
public final class RecordingFolder {
  private static final Logger log = LoggerFactory.getLogger(RecordingFolder.class);

  private static final String TICKET = ".json";
  private static final String DELETED = ".deleted";
  private static final String BROKEN = ".broken";

  private static final String PART = ".part";

  /** Nothing takes that long to write. */
  private static final Duration ABANDONED = Duration.ofHours(6);

  private static final Duration HALF_WRITTEN = Duration.ofSeconds(30);

  /** Things looked at in one round. */
  private static final int AT_ONCE = 1000;

  /**
   * A recording that waits for its registration.
   *
   * @param written when its file was last written; null while there is no file
   * @param ticketWritten when its ticket was
   */
  public record Waiting(RecordingTicket ticket, Instant written, Instant ticketWritten) {}

  /** A video whose deletion was begun. */
  public record Doomed(String liveId, String file) {}

  /** In bytes. */
  record Space(long free, long all) {}

  /** What was begun and not finished. */
  record Undone(List<Doomed> doomed, List<Waiting> waiting) {}

  private final Vertx vertx;
  private final Path folder;

  /** The last name that was looked at, of many. */
  private volatile String lookedAt = "";

  public RecordingFolder(Vertx vertx, Path folder) {
    this.vertx = vertx;
    this.folder = folder.toAbsolutePath().normalize();
  }

  public Future<Void> create() {
    return blocking(() -> Files.createDirectories(folder)).mapEmpty();
  }

  /**
   * A file of the folder, by its bare name.
   *
   * @throws io.castmesh.contract.FailureException {@link Failure#VIDEO_NOT_FOUND} for a name that
   *     would lead elsewhere
   */
  public Path file(String name) {
    Path path = folder.resolve(name).normalize();
    if (!folder.equals(path.getParent())) {
      throw Failure.VIDEO_NOT_FOUND.exception();
    }
    return path;
  }

  /** Where the thumbnail of a recording belongs. */
  public Path thumbnail(String recording) {
    int dot = recording.lastIndexOf('.');
    return file((dot > 0 ? recording.substring(0, dot) : recording) + ".jpg");
  }

  private Path ticket(String liveId) {
    return file(liveId + TICKET);
  }

  Future<Boolean> exists(String name) {
    return blocking(() -> Files.isRegularFile(file(name)));
  }

  Future<Long> size(String name) {
    return blocking(() -> Files.size(file(name)));
  }

  /**
   * Keeps what was told of a recording until it is registered, unless its ticket stands already.
   */
  Future<Void> keepTicket(RecordingTicket ticket) {
    return blocking(
        () -> {
          Path path = ticket(ticket.liveId());
          if (!Files.exists(path)) {
            Path part = Files.createTempFile(folder, ticket.liveId(), PART);
            Files.write(part, Json.buffer(ticket).getBytes());
            Files.move(part, path, StandardCopyOption.ATOMIC_MOVE);
          }
          return null;
        });
  }

  /**
   * The recording is registered, or there is nothing to register.
   *
   * @return whether there was a ticket
   */
  Future<Boolean> dropTicket(String liveId) {
    return blocking(() -> Files.deleteIfExists(ticket(liveId)));
  }

  /** Removes a recording with everything that belongs to it. */
  Future<Void> remove(String liveId, String recording) {
    return blocking(
        () -> {
          Files.deleteIfExists(thumbnail(recording));
          Files.deleteIfExists(file(recording));
          Files.deleteIfExists(ticket(liveId));
          return null;
        });
  }

  /** Removes what was begun to be written of a recording by whoever has been killed at it. */
  Future<Void> removeParts(String recording) {
    return blocking(
        () -> {
          String thumbnail = thumbnail(recording).getFileName().toString();
          for (Path part : parts(recording + ".", thumbnail + ".")) {
            log.info("removed half a copy file={}", part.getFileName());
            Files.deleteIfExists(part);
          }
          return null;
        });
  }

  private List<Path> parts(String copy, String picture) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(path -> path.toString().endsWith(PART))
          .filter(
              path -> {
                String name = path.getFileName().toString();
                return name.startsWith(copy) || name.startsWith(picture);
              })
          .toList();
    }
  }

  /** Puts aside what cannot be read, for a person to look at; its ticket stays beside it. */
  Future<Void> setAside(String liveId, String recording) {
    return blocking(
        () -> {
          Files.move(
              file(recording), file(recording + BROKEN), StandardCopyOption.REPLACE_EXISTING);
          setAsideTicket(liveId);
          return null;
        });
  }

  /**
   * Puts a ticket aside, for a person to look at.
   *
   * @return whether there was one
   */
  Future<Boolean> dismiss(String liveId) {
    return blocking(() -> setAsideTicket(liveId));
  }

  private boolean setAsideTicket(String liveId) throws IOException {
    try {
      Files.move(
          ticket(liveId), file(liveId + TICKET + BROKEN), StandardCopyOption.REPLACE_EXISTING);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Notes that a video is going, before its row goes: see {@link #doomed}. */
  public Future<Void> doom(String liveId, String recording) {
    return blocking(() -> Files.writeString(file(recording + DELETED), liveId)).mapEmpty();
  }

  /** Removes the files of a video whose row is gone, then the note. */
  public Future<Void> removeDoomed(String liveId, String recording) {
    return remove(liveId, recording)
        .compose(removed -> blocking(() -> Files.deleteIfExists(file(recording + DELETED))))
        .mapEmpty();
  }

  /** Whether a video of this recording is being deleted. */
  Future<Boolean> isDoomed(String recording) {
    return exists(recording + DELETED);
  }

  /** Of the file system that holds the folder. */
  Future<Space> space() {
    return blocking(
        () -> {
          FileStore store = Files.getFileStore(folder);
          return new Space(store.getUsableSpace(), store.getTotalSpace());
        });
  }

  /** Looks through the folder once; removes what somebody was writing when they died. */
  Future<Undone> look() {
    return blocking(
        () -> {
          List<Doomed> doomed = new ArrayList<>();
          List<Waiting> waiting = new ArrayList<>();
          for (String name : undone()) {
            try {
              look(name, doomed, waiting);
            } catch (IOException e) {
              // One file that cannot be read must not keep the others from their end.
              log.warn("cannot look at file={} error={}", name, e.toString());
            }
          }
          return new Undone(List.copyOf(doomed), List.copyOf(waiting));
        });
  }

  private void look(String name, List<Doomed> doomed, List<Waiting> waiting) throws IOException {
    if (name.endsWith(DELETED)) {
      String recording = name.substring(0, name.length() - DELETED.length());
      // A note without a name was cut short: its video has not been touched yet.
      read(name)
          .filter(liveId -> !liveId.isEmpty())
          .ifPresent(liveId -> doomed.add(new Doomed(liveId, recording)));
    } else if (name.endsWith(TICKET)) {
      ticket(file(name)).ifPresent(waiting::add);
    } else {
      removeAbandoned(file(name));
    }
  }

  /** Not more than can be looked at in one round; the next one goes on behind them. */
  private List<String> undone() throws IOException {
    List<String> all;
    try (Stream<Path> files = Files.list(folder)) {
      all =
          files
              .map(path -> path.getFileName().toString())
              .filter(
                  name -> name.endsWith(TICKET) || name.endsWith(DELETED) || name.endsWith(PART))
              .sorted()
              .collect(Collectors.toCollection(ArrayList::new));
    }
    if (all.size() <= AT_ONCE) {
      return all;
    }
    int behind = Collections.binarySearch(all, lookedAt);
    Collections.rotate(all, -(behind < 0 ? -behind - 1 : behind + 1));
    lookedAt = all.get(AT_ONCE - 1);
    return all.subList(0, AT_ONCE);
  }

  private static void removeAbandoned(Path part) throws IOException {
    try {
      Instant before = Instant.now().minus(ABANDONED);
      if (Files.getLastModifiedTime(part).toInstant().isBefore(before)) {
        Files.deleteIfExists(part);
      }
    } catch (NoSuchFileException e) {
      // It is whole meanwhile, and has its own name.
    }
  }

  /** Empty when another instance has finished with it meanwhile. */
  private Optional<String> read(String name) throws IOException {
    try {
      return Optional.of(Files.readString(file(name)).strip());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private Optional<Waiting> ticket(Path path) throws IOException {
    try {
      Instant ticketWritten = Files.getLastModifiedTime(path).toInstant();
      RecordingTicket ticket =
          Json.read(Buffer.buffer(Files.readAllBytes(path)), RecordingTicket.class);
      if (ticket.liveId() == null || ticket.owner() == null || ticket.file() == null) {
        throw new IllegalArgumentException("members are missing");
      }
      return Optional.of(new Waiting(ticket, written(file(ticket.file())), ticketWritten));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IllegalArgumentException | FailureException e) {
      setAsideTicket(path, e);
      return Optional.empty();
    }
  }

  private static Instant written(Path recording) throws IOException {
    try {
      return Files.getLastModifiedTime(recording).toInstant();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** A ticket that makes no sense may be half written; after a while it is put aside. */
  private void setAsideTicket(Path path, RuntimeException error) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    Instant written = Files.getLastModifiedTime(path).toInstant();
    if (written.isBefore(Instant.now().minus(HALF_WRITTEN))) {
      log.error("ticket put aside file={} error={}", path.getFileName(), error.getMessage());
      Files.move(path, file(path.getFileName() + BROKEN), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private <T> Future<T> blocking(Callable<T> work) {
    return vertx.executeBlocking(work, false);
  }
}

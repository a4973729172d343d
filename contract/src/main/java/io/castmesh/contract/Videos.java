package io.castmesh.contract;

import java.time.Instant;
import java.util.List;

/** Recordings that can be watched: owned by vod-service. */
public final class Videos {
  private Videos() {}

  public static final Endpoint<Query, Page> LIST =
      Endpoint.of("videos.list", Query.class, Page.class).asRepeatable();
  public static final Endpoint<ById, Video> GET =
      Endpoint.of("videos.get", ById.class, Video.class).asRepeatable();
  public static final Endpoint<Update, Video> UPDATE =
      Endpoint.of("videos.update", Update.class, Video.class);
  public static final Endpoint<Delete, Done> DELETE =
      Endpoint.of("videos.delete", Delete.class, Done.class);

  /** Deletes whosever it is; for administrators. */
  public static final Endpoint<ById, Done> REMOVE =
      Endpoint.of("videos.remove", ById.class, Done.class);

  /** Where the bytes are served: bytes do not travel over the bus. */
  public static final Endpoint<ById, Source> SOURCE =
      Endpoint.of("videos.source", ById.class, Source.class).asRepeatable();

  /**
   * Filters; null means "any".
   *
   * @param from recorded at or after
   * @param to recorded before
   * @param minDuration seconds
   * @param maxDuration seconds
   * @param location words of country, region or city
   * @param nickname of the owner
   * @param words of the title
   * @param page from 0
   * @param size 1 to 100
   */
  public record Query(
      Instant from,
      Instant to,
      Double minDuration,
      Double maxDuration,
      String location,
      String nickname,
      String words,
      int page,
      int size) {}

  /**
   * @param location null when unknown
   * @param contentUrl URL path of the file, with ranges
   * @param thumbnailUrl URL path of a JPEG
   */
  public record Video(
      String id,
      String liveId,
      String title,
      User owner,
      Instant recordedAt,
      double durationSeconds,
      Location location,
      long sizeBytes,
      String contentUrl,
      String thumbnailUrl) {}

  public record Location(String country, String region, String city) {}

  public record Page(List<Video> items, int page, int size, long total) {}

  public record ById(String id) {}

  public record Update(Caller caller, String id, String title) {}

  public record Delete(Caller caller, String id) {}

  /**
   * @param contentUrl an HTTP URL inside the mesh that answers ranges
   * @param thumbnailUrl likewise, a JPEG
   */
  public record Source(String contentUrl, String thumbnailUrl) {}
}

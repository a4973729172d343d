package io.castmesh.vod.recording;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What an MP4 file is made of (ISO/IEC 14496-12): whether a browser can seek in it. Goes from box
 * to box and reads their heads only.
 *
 * @param mp4 whether it is one at all
 * @param fragmented its samples stand in fragments, as a recorder writes them
 * @param whole no box is cut off, and fragments have an index behind them
 */
public record Mp4Layout(boolean mp4, boolean fragmented, boolean whole) {
  private static final int HEAD = 16;

  /** Good for playing and seeking as it is. */
  public boolean seekable() {
    return mp4 && whole;
  }

  public static Mp4Layout read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      boolean movie = false;
      boolean fragments = false;
      boolean index = false;
      long at = 0;
      while (at + 8 <= size) {
        ByteBuffer head = ByteBuffer.allocate(HEAD);
        int read = channel.read(head, at);
        head.flip();
        long length = read < 8 ? 0 : head.getInt() & 0xFFFFFFFFL;
        byte[] name = new byte[4];
        head.get(name);
        String type = new String(name, StandardCharsets.ISO_8859_1);
        if (at == 0 && !type.equals("ftyp")) {
          return new Mp4Layout(false, false, false);
        }
        if (length == 1 && read == HEAD) {
          length = head.getLong();
        }
        if (length < 8) {
          break;
        }
        movie |= type.equals("moov");
        fragments |= type.equals("moof");
        index |= type.equals("mfra") || type.equals("sidx");
        at += length;
      }
      boolean whole = at == size && movie && (index || !fragments);
      return new Mp4Layout(at > 0, fragments, whole);
    }
  }
}

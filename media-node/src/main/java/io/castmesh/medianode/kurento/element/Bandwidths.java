package io.castmesh.medianode.kurento.element;

/** Bounds of what a peer may send, as its description tells them ({@code b=AS}, RFC 8866 5.8). */
final class Bandwidths {
  private Bandwidths() {}

  /**
   * @param audio kbit/s; 0 for no bound
   * @param video the same
   */
  static String into(String sdp, int audio, int video) {
    if (audio <= 0 && video <= 0) {
      return sdp;
    }
    StringBuilder out = new StringBuilder(sdp.length() + 40);
    int pending = 0;
    for (String line : sdp.split("\r\n")) {
      if (pending > 0 && (line.startsWith("a=") || line.startsWith("m="))) {
        out.append("b=AS:").append(pending).append("\r\n");
        pending = 0;
      }
      if (line.startsWith("m=")) {
        pending = line.startsWith("m=audio ") ? audio : line.startsWith("m=video ") ? video : 0;
      }
      out.append(line).append("\r\n");
    }
    return out.toString();
  }
}

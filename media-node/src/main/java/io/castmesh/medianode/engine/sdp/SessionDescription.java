package io.castmesh.medianode.engine.sdp;

import io.castmesh.medianode.engine.SdpException;
import java.util.List;

/**
 * A parsed session description.
 *
 * @param bundle the mids of the first BUNDLE group (RFC 9143); empty when there is none
 */
public record SessionDescription(List<MediaSection> sections, List<String> bundle) {

  /** Descriptions of browsers have some ten thousand characters. */
  private static final int MAX_LENGTH = 200_000;

  private static final int MAX_SECTIONS = 64;

  /**
   * @throws SdpException when this is not a session description
   */
  public static SessionDescription parse(String text) {
    if (text == null || text.length() > MAX_LENGTH) {
      throw new SdpException("the session description is missing or too long");
    }
    String[] lines = text.split("\r\n|\n|\r");
    if (lines.length == 0 || !lines[0].equals("v=0")) {
      throw new SdpException("a session description starts with v=0");
    }
    SectionParser session = new SectionParser();
    List<SectionParser> sections = new java.util.ArrayList<>();
    SectionParser current = session;
    for (String line : lines) {
      if (line.isBlank()) {
        continue;
      }
      if (line.length() < 2 || line.charAt(1) != '=') {
        throw new SdpException("not a line of a session description: " + abbreviate(line));
      }
      if (line.startsWith("m=")) {
        if (sections.size() == MAX_SECTIONS) {
          throw new SdpException("too many media sections");
        }
        current = new SectionParser(line.substring(2));
        sections.add(current);
      } else if (line.startsWith("a=")) {
        current.attribute(line.substring(2));
      }
    }
    if (sections.isEmpty()) {
      throw new SdpException("the session description has no media");
    }
    return new SessionDescription(
        sections.stream().map(section -> section.build(session)).toList(), session.bundle());
  }

  static String abbreviate(String line) {
    return line.length() > 60 ? line.substring(0, 60) + "..." : line;
  }
}

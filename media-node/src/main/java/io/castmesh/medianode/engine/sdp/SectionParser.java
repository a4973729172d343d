package io.castmesh.medianode.engine.sdp;

import io.castmesh.medianode.engine.SdpException;
import io.castmesh.medianode.engine.dtls.Fingerprint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Collects the attributes of the session or of one m-line. Used once. */
final class SectionParser {
  /** RFC 8851 section 10; 16 bytes are what a one-byte header extension holds. */
  private static final Pattern RID = Pattern.compile("[A-Za-z0-9_-]{1,16}");

  /** Payload types that need no rtpmap (RFC 3551 section 6). */
  private static final Map<Integer, String> STATIC_TYPES = Map.of(0, "PCMU/8000", 8, "PCMA/8000");

  private static final int DISCARD_PORT = 9;

  /** There are no more payload types. */
  private static final int MAX_FORMATS = 128;

  /** Browsers name six kinds; what is asked for every format is kept for each of them. */
  private static final int MAX_FEEDBACK = 64;

  private String type = "";
  private int port;
  private String protocol = "";
  private List<String> formats = List.of();
  private String mid = "";
  private Direction direction;
  private boolean bundleOnly;
  private boolean rtcpMux;
  private boolean reducedSize;
  private String iceUfrag;
  private String icePassword;
  private Setup setup;
  private List<String> bundle = List.of();
  private final List<Fingerprint> fingerprints = new ArrayList<>();
  private final Map<Integer, String> maps = new HashMap<>();
  private final Map<Integer, String> parameters = new HashMap<>();
  private final Map<Integer, Set<String>> feedback = new HashMap<>();
  private final Set<String> feedbackForAll = new LinkedHashSet<>();
  private final Map<String, Integer> extensions = new LinkedHashMap<>();
  private final Set<Integer> ssrcs = new LinkedHashSet<>();
  private final Map<Integer, Integer> retransmissions = new LinkedHashMap<>();
  private final Set<String> rids = new LinkedHashSet<>();
  private String simulcast = "";

  /** For the part before the first m-line. */
  SectionParser() {}

  SectionParser(String mediaLine) {
    String[] parts = mediaLine.trim().split(" +");
    if (parts.length < 4) {
      throw new SdpException("a short m-line: " + SessionDescription.abbreviate(mediaLine));
    }
    type = parts[0];
    port = number(upTo(parts[1], '/'));
    protocol = parts[2];
    formats = Arrays.stream(parts).skip(3).distinct().toList();
    if (formats.size() > MAX_FORMATS) {
      throw new SdpException("too many formats in one m-line: " + formats.size());
    }
  }

  List<String> bundle() {
    return bundle;
  }

  void attribute(String attribute) {
    int colon = attribute.indexOf(':');
    String name = colon < 0 ? attribute : attribute.substring(0, colon);
    String value = colon < 0 ? "" : attribute.substring(colon + 1).trim();
    switch (name) {
      case "mid" -> mid = value;
      case "bundle-only" -> bundleOnly = true;
      case "rtcp-mux" -> rtcpMux = true;
      case "rtcp-rsize" -> reducedSize = true;
      case "ice-ufrag" -> iceUfrag = value;
      case "ice-pwd" -> icePassword = value;
      case "fingerprint" -> Fingerprint.parse(value).ifPresent(fingerprints::add);
      case "setup" -> setup = Setup.parse(value).orElse(null);
      case "rtpmap" -> split(value).ifPresent(p -> maps.put(number(p[0]), p[1]));
      case "fmtp" -> split(value).ifPresent(p -> parameters.put(number(p[0]), p[1]));
      case "rtcp-fb" -> split(value).ifPresent(this::feedback);
      case "extmap" -> split(value).ifPresent(this::extension);
      case "ssrc" -> ssrcs.add(ssrc(upTo(value, ' ')));
      case "ssrc-group" -> ssrcGroup(value);
      case "rid" ->
          split(value).filter(p -> p[1].startsWith("send")).ifPresent(p -> rids.add(p[0]));
      case "simulcast" -> simulcast = value;
      case "group" -> {
        if (value.startsWith("BUNDLE") && bundle.isEmpty()) {
          String[] parts = value.split(" +");
          bundle = List.of(parts).subList(1, parts.length);
        }
      }
      default -> Direction.parse(name).ifPresent(d -> direction = d);
    }
  }

  private void feedback(String[] parts) {
    Set<String> values =
        parts[0].equals("*")
            ? feedbackForAll
            : feedback.computeIfAbsent(number(parts[0]), pt -> new LinkedHashSet<>());
    values.add(parts[1].trim());
    if (values.size() > MAX_FEEDBACK) {
      throw new SdpException("too many kinds of feedback for " + parts[0]);
    }
  }

  private void extension(String[] parts) {
    int id = number(upTo(parts[0], '/'));
    if (id >= 1 && id <= 255) {
      extensions.putIfAbsent(upTo(parts[1], ' '), id);
    }
  }

  private void ssrcGroup(String value) {
    String[] parts = value.split(" +");
    if (parts.length == 3 && parts[0].equals("FID")) {
      retransmissions.put(ssrc(parts[1]), ssrc(parts[2]));
    }
  }

  /** {@code send a;b,c;~d recv ...}: of alternatives the first, whether it is paused or not. */
  private List<String> layers() {
    String[] words = simulcast.split(" +");
    for (int i = 0; i + 1 < words.length; i += 2) {
      if (words[i].equals("send")) {
        return Arrays.stream(words[i + 1].split(";"))
            .map(alternatives -> upTo(alternatives, ','))
            .map(rid -> rid.startsWith("~") ? rid.substring(1) : rid)
            .filter(rid -> rids.contains(rid) && RID.matcher(rid).matches())
            .distinct()
            .toList();
      }
    }
    return List.of();
  }

  private static String upTo(String text, char end) {
    int at = text.indexOf(end);
    return at < 0 ? text : text.substring(0, at);
  }

  private static Optional<String[]> split(String value) {
    String[] parts = value.split(" +", 2);
    return parts.length == 2 ? Optional.of(parts) : Optional.empty();
  }

  private static int number(String text) {
    try {
      int number = Integer.parseInt(text);
      if (number >= 0 && number <= 0xFFFF) {
        return number;
      }
    } catch (NumberFormatException garbage) {
      // reported below
    }
    throw new SdpException("not a number of a session description: " + text);
  }

  private static int ssrc(String text) {
    try {
      return Integer.parseUnsignedInt(text);
    } catch (NumberFormatException garbage) {
      throw new SdpException("not an SSRC: " + SessionDescription.abbreviate(text));
    }
  }

  MediaSection build(SectionParser session) {
    // One type may be written in several ways.
    Map<Integer, Codec> codecs = new LinkedHashMap<>();
    for (String format : formats) {
      codec(format).ifPresent(codec -> codecs.putIfAbsent(codec.payloadType(), codec));
    }
    Direction flow = direction != null ? direction : session.direction;
    ssrcs.removeAll(new HashSet<>(retransmissions.values()));
    Map<String, Integer> allExtensions = new LinkedHashMap<>(session.extensions);
    allExtensions.putAll(extensions);
    return new MediaSection(
        type,
        port == 0 && bundleOnly ? DISCARD_PORT : port,
        protocol,
        formats,
        mid,
        flow != null ? flow : Direction.SENDRECV,
        rtcpMux,
        reducedSize,
        Optional.ofNullable(iceUfrag != null ? iceUfrag : session.iceUfrag),
        Optional.ofNullable(icePassword != null ? icePassword : session.icePassword),
        List.copyOf(fingerprints.isEmpty() ? session.fingerprints : fingerprints),
        Optional.ofNullable(setup != null ? setup : session.setup),
        List.copyOf(codecs.values()),
        allExtensions,
        List.copyOf(ssrcs),
        Map.copyOf(retransmissions),
        layers());
  }

  private Optional<Codec> codec(String format) {
    int payloadType;
    try {
      payloadType = Integer.parseInt(format);
    } catch (NumberFormatException notRtp) {
      return Optional.empty();
    }
    String map = maps.getOrDefault(payloadType, STATIC_TYPES.get(payloadType));
    if (map == null || payloadType < 0 || payloadType > 127) {
      return Optional.empty();
    }
    String[] parts = map.trim().split("/", -1);
    Set<String> all = new LinkedHashSet<>(feedbackForAll);
    all.addAll(feedback.getOrDefault(payloadType, Set.of()));
    return Optional.of(
        new Codec(
            payloadType,
            parts[0],
            parts.length > 1 ? clockRate(parts[1]) : 0,
            parts.length > 2 ? number(parts[2]) : 1,
            parameters.getOrDefault(payloadType, ""),
            List.copyOf(all)));
  }

  private static int clockRate(String text) {
    try {
      return Integer.parseInt(text.trim());
    } catch (NumberFormatException garbage) {
      throw new SdpException("not a clock rate: " + SessionDescription.abbreviate(text));
    }
  }
}

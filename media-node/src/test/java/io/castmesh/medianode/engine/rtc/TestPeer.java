package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.dtls.DtlsAssociation;
import io.castmesh.medianode.engine.dtls.DtlsIdentity;
import io.castmesh.medianode.engine.dtls.Fingerprint;
import io.castmesh.medianode.engine.ice.IceCredentials;
import io.castmesh.medianode.engine.rtcp.RtcpHandler;
import io.castmesh.medianode.engine.rtcp.RtcpReader;
import io.castmesh.medianode.engine.rtcp.RtcpWriter;
import io.castmesh.medianode.engine.rtp.HeaderExtension;
import io.castmesh.medianode.engine.rtp.Rtp;
import io.castmesh.medianode.engine.sdp.Direction;
import io.castmesh.medianode.engine.sdp.MediaSection;
import io.castmesh.medianode.engine.sdp.Negotiation;
import io.castmesh.medianode.engine.sdp.SessionDescription;
import io.castmesh.medianode.engine.srtp.SrtpKeys;
import io.castmesh.medianode.engine.srtp.SrtpReceiver;
import io.castmesh.medianode.engine.srtp.SrtpSender;
import io.castmesh.medianode.engine.stun.StunBuilder;
import io.castmesh.medianode.engine.stun.StunMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;

/**
 * A browser of few words: full ICE on one socket, DTLS, SRTP, and nothing that is not asked of it.
 * Speaks over real UDP or TCP with the engine under test.
 */
final class TestPeer implements AutoCloseable {
  static final int AUDIO_TYPE = 111;
  static final int VIDEO_TYPE = 96;
  static final int RTX_TYPE = 97;
  static final int TRANSPORT_CC_ID = 3;
  static final int RID_ID = 4;

  /** A packet in clear, as it arrived. */
  record Received(
      int payloadType, int ssrc, int sequence, int timestamp, boolean marker, byte[] payload) {}

  private static final DtlsIdentity IDENTITY = DtlsIdentity.create(Instant.now());

  final List<Received> received = new CopyOnWriteArrayList<>();
  final List<String> rtcp = new CopyOnWriteArrayList<>();
  final CompletableFuture<Void> secured = new CompletableFuture<>();
  final CompletableFuture<Void> closedByEngine = new CompletableFuture<>();
  final int audioSsrc;
  final int videoSsrc;
  final int rtxSsrc;

  /** Sequence numbers of video packets that are lost on the way to us. */
  volatile IntPredicate lostOnArrival = sequence -> false;

  /** Whether it says hello and nothing more. */
  volatile boolean stalls;

  /** Whether its checks say that their way is the one; some peers say that once. */
  volatile boolean nominates = true;

  /** Whether it goes on checking; some peers do not while they send. */
  volatile boolean checks = true;

  /** Whether it takes repetitions under a number of their own. */
  volatile boolean knowsRtx = true;

  /** Layers of its video that it offers, by their RTP stream ids. */
  volatile List<String> rids = List.of();

  private final SecureRandom random = new SecureRandom();
  private final IceCredentials ice = IceCredentials.random(random);
  private final ExecutorService pool = Executors.newCachedThreadPool();
  private final ExecutorService handshakes = Executors.newCachedThreadPool();
  private final boolean passive;
  private final Fingerprint told;
  private final boolean overTcp;
  private volatile TestWire wire;
  private String answer = "";
  private Negotiation negotiation;
  private volatile DtlsAssociation dtls;
  private volatile SrtpSender sender;
  private volatile SrtpReceiver receiver;
  private final Queue<byte[]> early = new ArrayDeque<>();
  private volatile boolean reading = true;
  private volatile boolean closed;
  private int transportSequence;

  TestPeer() {
    this(false, IDENTITY.fingerprint());
  }

  /** Of a network without UDP. */
  static TestPeer overTcp() {
    return new TestPeer(false, IDENTITY.fingerprint(), true);
  }

  /** What {@link #offer} truly says about the certificate. */
  static Fingerprint fingerprint() {
    return IDENTITY.fingerprint();
  }

  /**
   * @param passive insists on being the DTLS server
   * @param told the fingerprint in the offer
   */
  TestPeer(boolean passive, Fingerprint told) {
    this(passive, told, false);
  }

  private TestPeer(boolean passive, Fingerprint told, boolean overTcp) {
    this.overTcp = overTcp;
    this.passive = passive;
    this.told = told;
    this.audioSsrc = random.nextInt(1, Integer.MAX_VALUE);
    this.videoSsrc = random.nextInt(1, Integer.MAX_VALUE);
    this.rtxSsrc = random.nextInt(1, Integer.MAX_VALUE);
  }

  String offer(Direction direction) {
    String transport =
        """
        c=IN IP4 0.0.0.0
        a=ice-ufrag:%s
        a=ice-pwd:%s
        a=fingerprint:%s
        a=setup:%s
        a=rtcp-mux
        a=rtcp-rsize
        a=%s
        a=extmap:%d %s
        """
            .formatted(
                ice.ufrag(),
                ice.password(),
                told,
                passive ? "passive" : "actpass",
                direction.attribute(),
                TRANSPORT_CC_ID,
                HeaderExtension.TRANSPORT_CC);
    String sdp =
        """
        v=0
        o=- 1 2 IN IP4 127.0.0.1
        s=-
        t=0 0
        a=group:BUNDLE a v
        m=audio 9 UDP/TLS/RTP/SAVPF 111
        %sa=mid:a
        a=rtpmap:111 opus/48000/2
        a=rtcp-fb:111 transport-cc
        m=video 9 UDP/TLS/RTP/SAVPF 96 97
        %sa=mid:v
        a=rtpmap:96 VP8/90000
        a=rtcp-fb:96 transport-cc
        a=rtcp-fb:96 nack
        a=rtcp-fb:96 nack pli
        a=rtcp-fb:96 ccm fir
        a=rtpmap:97 rtx/90000
        a=fmtp:97 apt=96
        """
            .formatted(transport, transport);
    if (!knowsRtx) {
      sdp = sdp.replace("SAVPF 96 97", "SAVPF 96").replaceAll("a=(rtpmap|fmtp):97 .*\n", "");
    }
    return (sdp + layers()).replace("\n", "\r\n");
  }

  private String layers() {
    StringBuilder lines = new StringBuilder();
    if (!rids.isEmpty()) {
      lines.append("a=extmap:%d %s\n".formatted(RID_ID, HeaderExtension.STREAM_ID));
      rids.forEach(rid -> lines.append("a=rid:").append(rid).append(" send\n"));
      lines.append("a=simulcast:send ").append(String.join(";", rids)).append('\n');
    }
    return lines.toString();
  }

  /** Reads the answer and connects: waits until media can flow. */
  TestPeer connect(String answer) throws Exception {
    begin(answer);
    secured.get(60, TimeUnit.SECONDS);
    return this;
  }

  /** Reads the answer and starts to connect. */
  void begin(String answer) {
    begin(answer, open(answer, overTcp));
  }

  private static TestWire open(String answer, boolean overTcp) {
    try {
      return overTcp ? TestWire.tcp(answer) : TestWire.udp(answer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same by a way that is there. */
  void begin(String answer, TestWire way) {
    this.answer = answer;
    this.wire = way;
    negotiation = Negotiation.of(SessionDescription.parse(answer));
    dtls =
        new DtlsAssociation(
            passive ? DtlsAssociation.Role.SERVER : DtlsAssociation.Role.CLIENT,
            IDENTITY,
            negotiation.fingerprints(),
            handshakes,
            new Handshake());
    pool.execute(() -> receive(way));
    pool.execute(this::goOnChecking);
  }

  /** From now on everything goes another way; who knows the old one is told nothing. */
  void move(boolean toTcp) {
    TestWire old = wire;
    TestWire next = open(answer, toTcp);
    pool.execute(() -> receive(next));
    wire = next;
    old.close();
  }

  /** Leaves what arrives where it is. */
  void stopReading() {
    reading = false;
  }

  /** What the engine called its own streams in the answer. */
  MediaSection section(MediaKind kind) {
    return negotiation.sections().get(kind == MediaKind.AUDIO ? 0 : 1).offered();
  }

  /** One of those that it sends by itself. */
  byte[] check() {
    byte[] id = new byte[12];
    random.nextBytes(id);
    IceCredentials remote = negotiation.remoteIce();
    StunBuilder check =
        new StunBuilder(StunMessage.BINDING_REQUEST, id)
            .username(remote.ufrag() + ":" + ice.ufrag())
            .priority(1)
            .iceControlling(1);
    if (nominates) {
      check.useCandidate();
    }
    return check.build(remote.password().getBytes(StandardCharsets.UTF_8));
  }

  private void goOnChecking() {
    while (!closed) {
      if (checks) {
        send(check());
      }
      try {
        Thread.sleep(200);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void receive(TestWire way) {
    byte[] buffer = new byte[2048];
    boolean checked = false;
    while (!closed && reading) {
      int length;
      try {
        length = way.receive(buffer);
      } catch (IOException gone) {
        return;
      }
      if (length == 0) {
        continue;
      }
      int first = buffer[0] & 0xFF;
      if (first <= 3 && !checked) {
        checked = true;
        dtls.start();
      } else if (first >= 20 && first <= 63 && stalls) {
        continue;
      } else if (first >= 20 && first <= 63) {
        dtls.onDatagram(buffer, 0, length);
      } else if (first >= 128 && receiver == null) {
        early.add(Arrays.copyOf(buffer, length)); // the thread of the handshake is not done
      } else if (first >= 128) {
        for (byte[] packet = early.poll(); packet != null; packet = early.poll()) {
          onMedia(packet, packet.length);
        }
        onMedia(buffer, length);
      }
    }
  }

  private void onMedia(byte[] data, int length) {
    if (Rtp.isRtcp(data, 0, length)) {
      int clear = receiver.openRtcp(data, 0, length);
      RtcpReader.read(data, 0, clear, new Feedback());
      return;
    }
    int type = Rtp.payloadType(data, 0);
    if (type == VIDEO_TYPE && lostOnArrival.test(Rtp.sequence(data, 0))) {
      return;
    }
    int header = Rtp.headerLength(data, 0, length);
    int clear = receiver.openRtp(data, 0, length, header);
    if (clear > 0) {
      received.add(
          new Received(
              type,
              Rtp.ssrc(data, 0),
              Rtp.sequence(data, 0),
              Rtp.timestamp(data, 0),
              Rtp.marker(data, 0),
              Arrays.copyOfRange(data, header, clear)));
    }
  }

  /** Sends an RTP packet with the transport-wide number that browsers send. */
  void sendRtp(int type, int ssrc, long index, int timestamp, boolean marker, byte[] payload) {
    int number = transportSequence++;
    byte[] extension = {(byte) (number >>> 8), (byte) number};
    sendRtp(type, ssrc, index, timestamp, marker, payload, TRANSPORT_CC_ID, extension);
  }

  /** Sends a video packet that says of which layer it is. */
  void sendLayer(String rid, int ssrc, long index, int timestamp, boolean marker, byte[] payload) {
    byte[] name = rid.getBytes(StandardCharsets.US_ASCII);
    sendRtp(VIDEO_TYPE, ssrc, index, timestamp, marker, payload, RID_ID, name);
  }

  private void sendRtp(
      int type,
      int ssrc,
      long index,
      int timestamp,
      boolean marker,
      byte[] payload,
      int extensionId,
      byte[] extension) {
    byte[] out = new byte[1500];
    Rtp.writeHeader(out, 0, true, marker, type, (int) index, timestamp, ssrc);
    int header =
        Rtp.FIXED_HEADER + HeaderExtension.write(out, Rtp.FIXED_HEADER, extensionId, extension);
    int length;
    synchronized (this) {
      length = sender.sealRtp(payload, 0, payload.length, out, 0, header, ssrc, index);
    }
    send(Arrays.copyOf(out, length));
  }

  /** A protected packet that is not sent. */
  synchronized byte[] sealRtp(int type, int ssrc, long index, int timestamp, byte[] payload) {
    byte[] out = new byte[1500];
    Rtp.writeHeader(out, 0, false, false, type, (int) index, timestamp, ssrc);
    int length = sender.sealRtp(payload, 0, payload.length, out, 0, Rtp.FIXED_HEADER, ssrc, index);
    return Arrays.copyOf(out, length);
  }

  void sendRtcp(RtcpWriter writer) {
    int length;
    synchronized (this) {
      length = sender.sealRtcp(writer.buffer(), 0, writer.length());
    }
    send(Arrays.copyOf(writer.buffer(), length));
  }

  void send(byte[] datagram) {
    try {
      wire.send(datagram);
    } catch (IOException e) {
      // On the move, or cut off: as on any network.
    }
  }

  /** What we received of one payload type. */
  List<Received> received(int payloadType) {
    return received.stream().filter(packet -> packet.payloadType() == payloadType).toList();
  }

  /** Closes as a page that is left does: with close_notify. */
  @Override
  public void close() {
    if (dtls != null) {
      dtls.close();
    }
    handshakes.shutdown();
    try {
      handshakes.awaitTermination(60, TimeUnit.SECONDS); // for the last datagram
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    closed = true;
    pool.shutdownNow();
    closeWire();
  }

  /** Vanishes without a word. */
  void vanish() {
    closed = true;
    handshakes.shutdownNow();
    pool.shutdownNow();
    closeWire();
  }

  private void closeWire() {
    if (wire != null) {
      wire.close();
    }
  }

  private final class Handshake implements DtlsAssociation.Listener {
    @Override
    public void onSend(byte[] datagram) {
      send(datagram);
    }

    @Override
    public void onEstablished(SrtpKeys keys) {
      sender = new SrtpSender(keys.profile(), passive ? keys.server() : keys.client());
      receiver = new SrtpReceiver(keys.profile(), passive ? keys.client() : keys.server());
      secured.complete(null);
    }

    @Override
    public void onFailed(String reason) {
      secured.completeExceptionally(new IllegalStateException(reason));
    }

    @Override
    public void onClosedByPeer() {
      closedByEngine.complete(null);
    }
  }

  private final class Feedback implements RtcpHandler {
    @Override
    public void onSenderReport(int ssrc, long ntp, int timestamp, long packets, long bytes) {
      rtcp.add("sr " + ssrc + " " + ntp + " " + timestamp);
    }

    @Override
    public void onReportBlock(
        int ssrc, int fraction, int lost, long highest, long jitter, int lsr, long dlsr) {
      rtcp.add("block " + ssrc + " " + lost);
    }

    @Override
    public void onNack(int mediaSsrc, int sequence) {
      rtcp.add("nack " + mediaSsrc + " " + sequence);
    }

    @Override
    public void onPictureLoss(int mediaSsrc) {
      rtcp.add("pli " + mediaSsrc);
    }

    @Override
    public void onTransportFeedback(byte[] data, int offset, int length) {
      rtcp.add("twcc " + Rtp.getInt(data, offset + 8));
    }

    @Override
    public void onBye(int ssrc) {
      rtcp.add("bye " + ssrc);
    }
  }
}

package main

import (
	"encoding/binary"
	"net"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/pion/transport"
	"github.com/pion/transport/stdnet"
	"golang.org/x/net/ipv4"
)

const (
	batch        = 32
	mtu          = 1600
	soTimestamp  = 35 // SO_TIMESTAMPNS: the kernel says when a packet arrived
	socketBuffer = 4 << 20

	// A viewer that only counts does not wake for each packet: 170 wake-ups a second for each of
	// hundreds would make this program the bottleneck.
	nap = 15 * time.Millisecond
)

// flow counts the packets of one SSRC by their sequence numbers, which stand in the clear.
type flow struct {
	ssrc     uint32
	first    int64
	highest  int64
	received int64
	started  bool
}

func (f *flow) add(sequence uint16) {
	if !f.started {
		f.started, f.first, f.highest, f.received = true, int64(sequence), int64(sequence), 1
		return
	}
	extended := f.highest + int64(int16(sequence-uint16(f.highest)))
	if extended > f.highest {
		f.highest = extended
	}
	if extended >= f.first {
		f.received++
	}
}

// meter is what a viewer's socket counts.
type meter struct {
	packets    atomic.Int64
	bytes      atomic.Int64
	firstMedia atomic.Int64 // UnixNano; 0 before
	counting   atomic.Bool
	flows      []*flow // of the reading goroutine; read by others once counting is over
	decrypts   bool
	arrivals   map[uint32]*[1 << 16]atomic.Int64
}

func newMeter(decrypts bool) *meter {
	return &meter{decrypts: decrypts, arrivals: map[uint32]*[1 << 16]atomic.Int64{}}
}

func (m *meter) restart() {
	m.packets.Store(0)
	m.bytes.Store(0)
	m.counting.Store(true)
}

func (m *meter) media(packet []byte, at int64) {
	m.firstMedia.CompareAndSwap(0, at)
	if !m.counting.Load() {
		m.flows = nil
		return
	}
	m.packets.Add(1)
	m.bytes.Add(int64(len(packet)))
	ssrc := binary.BigEndian.Uint32(packet[8:])
	for _, f := range m.flows {
		if f.ssrc == ssrc {
			f.add(binary.BigEndian.Uint16(packet[2:]))
			return
		}
	}
	f := &flow{ssrc: ssrc}
	f.add(binary.BigEndian.Uint16(packet[2:]))
	m.flows = append(m.flows, f)
}

// lost says how many packets are missing between the first and the last one.
func (m *meter) lost() int64 {
	sum := int64(0)
	for _, f := range m.flows {
		if missing := f.highest - f.first + 1 - f.received; missing > 0 {
			sum += missing
		}
	}
	return sum
}

// meteredNet opens sockets that count.
type meteredNet struct {
	*stdnet.Net
	meter *meter
}

func (n *meteredNet) ListenUDP(network string, address *net.UDPAddr) (transport.UDPConn, error) {
	conn, err := net.ListenUDP(network, address)
	if err != nil {
		return nil, err
	}
	_ = conn.SetReadBuffer(socketBuffer)
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	_ = raw.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, soTimestamp, 1)
	})
	s := &meteredSocket{UDPConn: conn, batched: ipv4.NewPacketConn(conn), meter: n.meter}
	s.messages = make([]ipv4.Message, batch)
	for i := range s.messages {
		s.messages[i].Buffers = [][]byte{make([]byte, mtu)}
		s.messages[i].OOB = make([]byte, 64)
	}
	return s, nil
}

// meteredSocket counts media and hands on the rest, and media too where it is decrypted.
type meteredSocket struct {
	*net.UDPConn
	batched  *ipv4.PacketConn
	meter    *meter
	messages []ipv4.Message
	next     int
	filled   int
	onlyRtp  bool
}

func (s *meteredSocket) ReadFrom(into []byte) (int, net.Addr, error) {
	for {
		for s.next < s.filled {
			message := &s.messages[s.next]
			s.next++
			data := message.Buffers[0][:message.N]
			if isMedia(data) {
				at := arrival(message.OOB[:message.NN])
				s.meter.media(data, at)
				if !s.meter.decrypts {
					continue
				}
				s.remember(data, at)
			} else {
				s.onlyRtp = false
			}
			return copy(into, data), message.Addr, nil
		}
		if s.onlyRtp && !s.meter.decrypts {
			time.Sleep(nap)
		}
		count, err := s.batched.ReadBatch(s.messages, 0)
		if err != nil {
			return 0, nil, err
		}
		s.next, s.filled, s.onlyRtp = 0, count, true
	}
}

func (s *meteredSocket) remember(packet []byte, at int64) {
	ssrc := binary.BigEndian.Uint32(packet[8:])
	times := s.meter.arrivals[ssrc]
	if times == nil {
		times = new([1 << 16]atomic.Int64)
		s.meter.arrivals[ssrc] = times
	}
	times[binary.BigEndian.Uint16(packet[2:])].Store(at)
}

// isMedia tells RTP from RTCP, DTLS and STUN (RFC 7983, RFC 5761 section 4).
func isMedia(data []byte) bool {
	return len(data) >= 12 && data[0]>>6 == 2 && (data[1] < 192 || data[1] > 223)
}

func arrival(control []byte) int64 {
	messages, err := syscall.ParseSocketControlMessage(control)
	if err == nil {
		for _, m := range messages {
			if m.Header.Level == syscall.SOL_SOCKET && m.Header.Type == soTimestamp && len(m.Data) >= 16 {
				return int64(binary.LittleEndian.Uint64(m.Data))*1e9 +
					int64(binary.LittleEndian.Uint64(m.Data[8:]))
			}
		}
	}
	return time.Now().UnixNano()
}

// Load puts presenters and a crowd of viewers on a media server and prints, as one line of JSON,
// what the server spent for it and what the viewers got. It is built on Pion, so that neither side
// of a fault is judged by its own code. See ../../README.md.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sort"
	"sync"
	"time"

	"github.com/pion/webrtc"
)

const (
	// patience is how long a viewer waits for the first packet before coming again.
	patience = 10 * time.Second
	attempts = 4
)

type result struct {
	Viewers          int     `json:"viewers"`
	ServerMicros     float64 `json:"serverMicrosPerPacket"`
	ServerShare      float64 `json:"serverShare"`
	OwnShare         float64 `json:"ownShare"`
	PacketsPerSecond float64 `json:"packetsPerSecond"`
	Sent             int64   `json:"sent"`
	Lost             int64   `json:"lost"`
	Expected         int64   `json:"expected"`
	DelayP50         float64 `json:"delayP50Millis"`
	DelayP99         float64 `json:"delayP99Millis"`
	SetUpP50         float64 `json:"setUpP50Millis"`
	SetUpP95         float64 `json:"setUpP95Millis"`
	SetUpCpu         float64 `json:"setUpCpuMillis"`
	Silent           int     `json:"silent"`
	Stuck            int     `json:"stuck"`
	KilobytesEach    float64 `json:"kilobytesPerViewer"`
	ResidentBefore   int64   `json:"residentBeforeKilobytes"`
	Resident         int64   `json:"residentKilobytes"`
	Threads          int64   `json:"threads"`
}

func main() {
	kind := flag.String("server", "kurento", "protocol: kurento or janus")
	url := flag.String("url", "", "its WebSocket")
	pid := flag.Int("pid", 0, "its process")
	lives := flag.Int("lives", 1, "how many present")
	count := flag.Int("viewers", 100, "how many watch, as many of each live")
	burst := flag.Int("burst", 50, "how many of them come at once")
	seconds := flag.Int("seconds", 10, "how long to measure")
	sampled := flag.Int("sampled", 8, "how many decrypt what they get; the others count")
	profile := flag.String("profile", "gcm", "SRTP: gcm or cm80")
	device := flag.String("interface", "lo", "network interface of both sides")
	flag.Parse()
	made, err := newPeers(*profile, *device)
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
	r, err := measure(made, *kind, *url, *pid, *lives, *count, *burst, *sampled,
		time.Duration(*seconds)*time.Second)
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
	_ = json.NewEncoder(os.Stdout).Encode(r)
}

func open(kind, url string) (server, error) {
	if kind == "janus" {
		return dialJanus(url)
	}
	return dialKurento(url)
}

func measure(made *peers, kind, url string, pid, lives, count, burst, sampled int,
	period time.Duration) (*result, error) {
	crowd := &crowd{peers: made, delays: make(chan time.Duration, 1<<16)}
	defer crowd.close()
	for live := 0; live < lives; live++ {
		stage, err := raise(made, kind, url)
		if err != nil {
			return nil, err
		}
		crowd.stages = append(crowd.stages, stage)
	}
	time.Sleep(2 * time.Second)

	out := &result{Viewers: count}
	idle := spentBy(pid)
	time.Sleep(4 * time.Second)
	alone := spentBy(pid).since(idle)
	out.ResidentBefore, _ = status(pid, "VmRSS")

	go crowd.collect()
	every := count/sampled + 1
	coming := spentBy(pid)
	for joined := 0; joined < count; {
		group := 10
		if joined == 0 && burst > 0 {
			group = burst
		}
		if group > count-joined {
			group = count - joined
		}
		if err := crowd.join(joined, group, every); err != nil {
			return nil, err
		}
		if joined == 0 {
			arrived := spentBy(pid).since(coming)
			out.SetUpCpu = (arrived.cpu - alone.cpu/alone.wall*arrived.wall) * 1e3 / float64(group)
		}
		joined += group
	}
	setUps := crowd.setUps(burst)
	out.SetUpP50, out.SetUpP95 = percentile(setUps, 50), percentile(setUps, 95)
	time.Sleep(3 * time.Second)

	crowd.restart()
	before, own, sent := spentBy(pid), spentBy(os.Getpid()), crowd.sent()
	time.Sleep(period)
	packets := crowd.packets()
	spent, mine := spentBy(pid).since(before), spentBy(os.Getpid()).since(own)
	out.Sent = crowd.sent() - sent
	out.ServerShare = spent.cpu / spent.wall
	out.OwnShare = mine.cpu / mine.wall
	out.PacketsPerSecond = float64(packets) / spent.wall
	forwarding := spent.cpu - alone.cpu/alone.wall*spent.wall
	out.ServerMicros = forwarding * 1e6 / float64(packets)
	out.Resident, _ = status(pid, "VmRSS")
	out.Threads, _ = status(pid, "Threads")
	out.KilobytesEach = float64(out.Resident-out.ResidentBefore) / float64(count)
	time.Sleep(200 * time.Millisecond)
	out.Lost, out.Expected, out.Silent = crowd.losses()
	out.Stuck = crowd.stuck
	delays := crowd.seen()
	out.DelayP50, out.DelayP99 = percentile(delays, 50), percentile(delays, 99)
	return out, nil
}

// stage is where one presents.
type stage struct {
	server server
	camera *camera
	pc     *webrtc.PeerConnection
	stop   chan struct{}
}

func raise(made *peers, kind, url string) (*stage, error) {
	s, err := open(kind, url)
	if err != nil {
		return nil, err
	}
	camera, err := newCamera()
	if err != nil {
		s.close()
		return nil, err
	}
	stop := make(chan struct{})
	go camera.run(stop)
	pc, err := enter(made, s, camera)
	if err != nil {
		close(stop)
		s.close()
		return nil, err
	}
	return &stage{server: s, camera: camera, pc: pc, stop: stop}, nil
}

func (s *stage) close() {
	_ = s.pc.Close()
	close(s.stop)
	s.server.close()
}

// enter connects the presenter, who comes again as viewers do.
func enter(made *peers, s server, c *camera) (*webrtc.PeerConnection, error) {
	var stage *webrtc.PeerConnection
	var err error
	for attempt := 0; attempt < attempts; attempt++ {
		if stage, err = made.open(newMeter(true)); err != nil {
			return nil, err
		}
		if err = publish(stage, c); err == nil {
			if err = s.present(stage); err == nil {
				if err = connected(stage); err == nil {
					return stage, nil
				}
			}
		}
		_ = stage.Close()
	}
	return nil, err
}

func percentile(sorted []float64, percent int) float64 {
	if len(sorted) == 0 {
		return -1
	}
	sort.Float64s(sorted)
	at := len(sorted) * percent / 100
	if at == len(sorted) {
		at--
	}
	return sorted[at]
}

// crowd is all viewers.
type crowd struct {
	peers   *peers
	stages  []*stage
	viewers []*viewer
	delays  chan time.Duration
	stuck   int
	lock    sync.Mutex
	millis  []float64
}

func (c *crowd) collect() {
	for delay := range c.delays {
		c.lock.Lock()
		c.millis = append(c.millis, float64(delay.Microseconds())/1000)
		c.lock.Unlock()
	}
}

func (c *crowd) seen() []float64 {
	c.lock.Lock()
	defer c.lock.Unlock()
	return append([]float64(nil), c.millis...)
}

// join lets a group of viewers come at the same time, and waits until each has a packet. Who has
// none soon comes again, as people do: a handshake that got stuck is the server's, and counted.
func (c *crowd) join(from, count, every int) error {
	coming := make([]int, count)
	for i := range coming {
		coming[i] = from + i
		c.viewers = append(c.viewers, &viewer{})
	}
	for attempt := 0; attempt < attempts && len(coming) > 0; attempt++ {
		if attempt > 0 {
			c.stuck += len(coming)
		}
		failures := make(chan error, len(coming))
		for _, i := range coming {
			m := newMeter(i%every == 0)
			pc, err := c.peers.open(m)
			if err != nil {
				return err
			}
			asked := time.Now()
			if attempt > 0 {
				asked = c.viewers[i].asked
				_ = c.viewers[i].pc.Close()
			}
			c.viewers[i] = &viewer{pc: pc, meter: m, delays: c.delays, asked: asked}
			c.viewers[i].listen()
			server := c.stages[i%len(c.stages)].server
			go func() { failures <- server.watch(pc) }()
		}
		for range coming {
			if err := <-failures; err != nil {
				return err
			}
		}
		coming = c.waiting(coming)
	}
	return nil
}

// waiting returns those of the viewers that have no packet after a while.
func (c *crowd) waiting(who []int) []int {
	limit := time.Now().Add(patience)
	var silent []int
	for _, i := range who {
		for c.viewers[i].meter.firstMedia.Load() == 0 && time.Now().Before(limit) {
			time.Sleep(5 * time.Millisecond)
		}
		if c.viewers[i].meter.firstMedia.Load() == 0 {
			silent = append(silent, i)
		}
	}
	return silent
}

func (c *crowd) setUps(burst int) []float64 {
	var millis []float64
	for i, v := range c.viewers {
		if at := v.meter.firstMedia.Load(); i < burst && at != 0 {
			millis = append(millis, float64(at-v.asked.UnixNano())/1e6)
		}
	}
	return millis
}

func (c *crowd) restart() {
	for _, v := range c.viewers {
		v.meter.restart()
	}
}

func (c *crowd) sent() int64 {
	sum := int64(0)
	for _, s := range c.stages {
		sum += s.camera.sent.Load()
	}
	return sum
}

func (c *crowd) packets() int64 {
	sum := int64(0)
	for _, v := range c.viewers {
		sum += v.meter.packets.Load()
	}
	return sum
}

// losses counts packets that never came, and viewers that got nothing.
func (c *crowd) losses() (lost, expected int64, silent int) {
	for _, v := range c.viewers {
		missing := v.meter.lost()
		lost += missing
		expected += v.meter.packets.Load() + missing
		if v.meter.packets.Load() == 0 {
			silent++
		}
	}
	return lost, expected, silent
}

func (c *crowd) close() {
	for _, v := range c.viewers {
		_ = v.pc.Close()
	}
	for _, s := range c.stages {
		s.close()
	}
}

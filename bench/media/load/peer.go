package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/pion/dtls/v2"
	"github.com/pion/ice/v2"
	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/transport/stdnet"
	"github.com/pion/webrtc"
)

// peers makes peer connections that are alike except for what their sockets count.
type peers struct {
	certificates []webrtc.Certificate
	profile      dtls.SRTPProtectionProfile
	device       string
}

// newPeers makes one certificate for all: making keys is not what is measured.
func newPeers(profile, device string) (*peers, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	certificate, err := webrtc.GenerateCertificate(key)
	if err != nil {
		return nil, err
	}
	made := &peers{certificates: []webrtc.Certificate{*certificate}, device: device}
	switch profile {
	case "gcm":
		made.profile = dtls.SRTP_AEAD_AES_128_GCM
	case "cm80":
		made.profile = dtls.SRTP_AES128_CM_HMAC_SHA1_80
	default:
		return nil, fmt.Errorf("no such profile: %s", profile)
	}
	return made, nil
}

func (p *peers) open(m *meter) (*webrtc.PeerConnection, error) {
	engine := &webrtc.MediaEngine{}
	feedback := []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"},
		{Type: "ccm", Parameter: "fir"}}
	video := webrtc.RTPCodecParameters{
		RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeVP8, ClockRate: 90000, RTCPFeedback: feedback},
		PayloadType: 96,
	}
	audio := webrtc.RTPCodecParameters{
		RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2,
			SDPFmtpLine: "minptime=10;useinbandfec=1"},
		PayloadType: 111,
	}
	if err := engine.RegisterCodec(video, webrtc.RTPCodecTypeVideo); err != nil {
		return nil, err
	}
	if err := engine.RegisterCodec(audio, webrtc.RTPCodecTypeAudio); err != nil {
		return nil, err
	}
	registry := &interceptor.Registry{}
	if m.decrypts {
		if err := webrtc.ConfigureNack(engine, registry); err != nil {
			return nil, err
		}
		if err := webrtc.ConfigureRTCPReports(registry); err != nil {
			return nil, err
		}
	}
	network, err := stdnet.NewNet()
	if err != nil {
		return nil, err
	}
	settings := webrtc.SettingEngine{}
	settings.SetNet(&meteredNet{Net: network, meter: m})
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetInterfaceFilter(func(name string) bool { return name == p.device })
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	settings.SetICETimeouts(20*time.Second, 40*time.Second, 2*time.Second)
	settings.SetHostAcceptanceMinWait(0)
	// Kurento names a certificate for each media section of a bundle, and not always the one it shows.
	settings.DisableCertificateFingerprintVerification(true)
	settings.SetDTLSRetransmissionInterval(100 * time.Millisecond)
	settings.SetSRTPProtectionProfiles(p.profile)
	api := webrtc.NewAPI(webrtc.WithMediaEngine(engine), webrtc.WithInterceptorRegistry(registry),
		webrtc.WithSettingEngine(settings))
	return api.NewPeerConnection(webrtc.Configuration{Certificates: p.certificates})
}

// gathered returns the local description with its candidates: they are all local, so that is soon.
func gathered(pc *webrtc.PeerConnection, local webrtc.SessionDescription) (string, error) {
	done := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(local); err != nil {
		return "", err
	}
	<-done
	return pc.LocalDescription().SDP, nil
}

// viewer is one who watches.
type viewer struct {
	pc     *webrtc.PeerConnection
	meter  *meter
	asked  time.Time
	delays chan<- time.Duration
}

func (v *viewer) listen() {
	v.pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		if track.Kind() == webrtc.RTPCodecTypeVideo {
			_ = v.pc.WriteRTCP([]rtcp.Packet{
				&rtcp.PictureLossIndication{MediaSSRC: uint32(track.SSRC())}})
		}
		times := v.meter.arrivals
		for {
			packet, _, err := track.ReadRTP()
			if err != nil {
				return
			}
			sent, ok := stamped(packet.Payload)
			if !ok || !v.meter.counting.Load() || times[packet.SSRC] == nil {
				continue
			}
			if at := times[packet.SSRC][packet.SequenceNumber].Load(); at > sent {
				v.delays <- time.Duration(at - sent)
			}
		}
	})
}

// publish sets up the presenter's side; its packets flow once it is connected.
func publish(pc *webrtc.PeerConnection, c *camera) error {
	for _, track := range []webrtc.TrackLocal{c.audio, c.video} {
		sender, err := pc.AddTrack(track)
		if err != nil {
			return err
		}
		go func() {
			for {
				packets, _, err := sender.ReadRTCP()
				if err != nil {
					return
				}
				for _, packet := range packets {
					switch packet.(type) {
					case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
						c.wantKeyFrame.Store(true)
					}
				}
			}
		}()
	}
	return nil
}

// connected waits until a peer's media can flow.
func connected(pc *webrtc.PeerConnection) error {
	limit := time.Now().Add(patience)
	for pc.ConnectionState() != webrtc.PeerConnectionStateConnected {
		if time.Now().After(limit) {
			return fmt.Errorf("the presenter is %v after %v", pc.ConnectionState(), patience)
		}
		time.Sleep(10 * time.Millisecond)
	}
	return nil
}

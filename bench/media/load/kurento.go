package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/pion/webrtc"
)

// kurento speaks Kurento's protocol: to the media node and to a Kurento Media Server alike.
type kurento struct {
	wire      *wire
	lock      sync.Mutex
	session   string
	pipeline  string
	presenter string
	peers     map[string]*webrtc.PeerConnection
}

type object = map[string]any

func dialKurento(url string) (*kurento, error) {
	k := &kurento{peers: map[string]*webrtc.PeerConnection{}}
	wire, err := dial(url, "", k.classify, k.onEvent)
	if err != nil {
		return nil, err
	}
	k.wire = wire
	k.pipeline, err = k.request("create", object{"type": "MediaPipeline", "constructorParams": object{}})
	return k, err
}

func (k *kurento) classify(message json.RawMessage) (string, bool) {
	var head struct {
		Id     *int
		Method string
	}
	if json.Unmarshal(message, &head) != nil || head.Id == nil || head.Method != "" {
		return "", true
	}
	return strconv.Itoa(*head.Id), false
}

func (k *kurento) onEvent(message json.RawMessage) {
	var event struct {
		Params struct {
			Value struct {
				Object string
				Data   struct {
					Candidate struct {
						Candidate     string
						SdpMid        string
						SdpMLineIndex uint16
					}
				}
			}
		}
	}
	if json.Unmarshal(message, &event) != nil {
		return
	}
	value := event.Params.Value
	k.lock.Lock()
	pc := k.peers[value.Object]
	k.lock.Unlock()
	if found := value.Data.Candidate; pc != nil && found.Candidate != "" {
		_ = pc.AddICECandidate(webrtc.ICECandidateInit{Candidate: found.Candidate,
			SDPMid: &found.SdpMid, SDPMLineIndex: &found.SdpMLineIndex})
	}
}

func (k *kurento) request(method string, params object) (string, error) {
	reply, err := k.wire.ask(func(id int) (string, any) {
		if k.session != "" {
			params["sessionId"] = k.session
		}
		return strconv.Itoa(id), object{"jsonrpc": "2.0", "id": id, "method": method, "params": params}
	})
	if err != nil {
		return "", err
	}
	var answer struct {
		Result struct {
			Value     json.RawMessage
			SessionId string
		}
		Error *struct{ Message string }
	}
	if err := json.Unmarshal(reply, &answer); err != nil {
		return "", err
	}
	if answer.Error != nil {
		return "", fmt.Errorf("%s: %s", method, answer.Error.Message)
	}
	k.wire.lock.Lock()
	k.session = answer.Result.SessionId
	k.wire.lock.Unlock()
	var text string
	_ = json.Unmarshal(answer.Result.Value, &text)
	return text, nil
}

func (k *kurento) invoke(target, operation string, params object) (string, error) {
	return k.request("invoke", object{"object": target, "operation": operation, "operationParams": params})
}

func (k *kurento) connect(pc *webrtc.PeerConnection, source string) (string, error) {
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		return "", err
	}
	sdp, err := gathered(pc, offer)
	if err != nil {
		return "", err
	}
	endpoint, err := k.request("create", object{"type": "WebRtcEndpoint",
		"constructorParams": object{"mediaPipeline": k.pipeline}})
	if err != nil {
		return "", err
	}
	k.lock.Lock()
	k.peers[endpoint] = pc
	k.lock.Unlock()
	if _, err = k.request("subscribe", object{"object": endpoint, "type": "IceCandidateFound"}); err != nil {
		return "", err
	}
	if source != "" {
		if _, err = k.invoke(source, "connect", object{"sink": endpoint}); err != nil {
			return "", err
		}
	}
	answer, err := k.invoke(endpoint, "processOffer", object{"offer": sdp})
	if err != nil {
		return "", err
	}
	answer = oneFingerprint(answer)
	err = pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer})
	if err != nil {
		return "", err
	}
	_, err = k.invoke(endpoint, "gatherCandidates", object{})
	return endpoint, err
}

// oneFingerprint leaves the first of several: Kurento has a certificate for each media section of a
// bundle, uses the first, and Pion takes only one.
func oneFingerprint(sdp string) string {
	var lines []string
	first := ""
	for _, line := range strings.Split(sdp, "\r\n") {
		if strings.HasPrefix(line, "a=fingerprint:") {
			if first == "" {
				first = line
			}
			line = first
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\r\n")
}

func (k *kurento) present(pc *webrtc.PeerConnection) (err error) {
	k.presenter, err = k.connect(pc, "")
	return err
}

func (k *kurento) watch(pc *webrtc.PeerConnection) error {
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
		only := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
		if _, err := pc.AddTransceiverFromKind(kind, only); err != nil {
			return err
		}
	}
	_, err := k.connect(pc, k.presenter)
	return err
}

func (k *kurento) close() {
	_, _ = k.request("release", object{"object": k.pipeline})
	_ = k.wire.socket.Close()
}

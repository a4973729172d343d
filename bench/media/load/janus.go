package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/pion/webrtc"
)

// janus speaks the API of Janus and its videoroom plugin, over a WebSocket.
type janus struct {
	wire    *wire
	session int64
	feed    int64
	room    int64
	stop    chan struct{}
}

type janusReply struct {
	Janus       string
	Transaction string
	Data        struct{ Id int64 }
	Error       *struct{ Reason string }
	PluginData  struct {
		Data struct {
			Videoroom string
			Id        int64
			Error     string
		}
	}
	Jsep *struct{ Type, Sdp string }
}

func dialJanus(url string) (*janus, error) {
	j := &janus{room: time.Now().UnixMilli(), stop: make(chan struct{})}
	wire, err := dial(url, "janus-protocol", classifyJanus, func(json.RawMessage) {})
	if err != nil {
		return nil, err
	}
	j.wire = wire
	created, err := j.request(object{"janus": "create"})
	if err != nil {
		return nil, err
	}
	j.session = created.Data.Id
	go j.keepAlive()
	handle, err := j.attach()
	if err != nil {
		return nil, err
	}
	_, err = j.message(handle, object{"request": "create", "room": j.room, "publishers": 4,
		"audiocodec": "opus", "videocodec": "vp8", "bitrate": 0}, nil)
	return j, err
}

// classifyJanus leaves acknowledgements out: the event with the same transaction follows.
func classifyJanus(message json.RawMessage) (string, bool) {
	var reply janusReply
	if json.Unmarshal(message, &reply) != nil || reply.Transaction == "" || reply.Janus == "ack" {
		return "", true
	}
	return reply.Transaction, false
}

func (j *janus) keepAlive() {
	every := time.NewTicker(15 * time.Second)
	defer every.Stop()
	for {
		select {
		case <-j.stop:
			return
		case <-every.C:
			_ = j.wire.tell(object{"janus": "keepalive", "session_id": j.session, "transaction": "alive"})
		}
	}
}

func (j *janus) request(message object) (*janusReply, error) {
	raw, err := j.wire.ask(func(id int) (string, any) {
		transaction := fmt.Sprint("t", id)
		message["transaction"] = transaction
		if j.session != 0 {
			message["session_id"] = j.session
		}
		return transaction, message
	})
	if err != nil {
		return nil, err
	}
	reply := &janusReply{}
	if err := json.Unmarshal(raw, reply); err != nil {
		return nil, err
	}
	if reply.Error != nil {
		return nil, fmt.Errorf("janus: %s", reply.Error.Reason)
	}
	if wrong := reply.PluginData.Data.Error; wrong != "" {
		return nil, fmt.Errorf("janus videoroom: %s", wrong)
	}
	return reply, nil
}

func (j *janus) attach() (int64, error) {
	reply, err := j.request(object{"janus": "attach", "plugin": "janus.plugin.videoroom"})
	if err != nil {
		return 0, err
	}
	return reply.Data.Id, nil
}

func (j *janus) message(handle int64, body object, jsep object) (*janusReply, error) {
	message := object{"janus": "message", "handle_id": handle, "body": body}
	if jsep != nil {
		message["jsep"] = jsep
	}
	return j.request(message)
}

func (j *janus) present(pc *webrtc.PeerConnection) error {
	handle, err := j.attach()
	if err != nil {
		return err
	}
	joined, err := j.message(handle, object{"request": "join", "room": j.room, "ptype": "publisher"}, nil)
	if err != nil {
		return err
	}
	j.feed = joined.PluginData.Data.Id
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		return err
	}
	sdp, err := gathered(pc, offer)
	if err != nil {
		return err
	}
	answer, err := j.message(handle, object{"request": "configure", "audio": true, "video": true},
		object{"type": "offer", "sdp": sdp})
	if err != nil {
		return err
	}
	if answer.Jsep == nil {
		return fmt.Errorf("janus: no answer to the presenter's offer")
	}
	return pc.SetRemoteDescription(
		webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer.Jsep.Sdp})
}

func (j *janus) watch(pc *webrtc.PeerConnection) error {
	handle, err := j.attach()
	if err != nil {
		return err
	}
	offer, err := j.message(handle, object{"request": "join", "room": j.room, "ptype": "subscriber",
		"streams": []object{{"feed": j.feed}}}, nil)
	if err != nil {
		return err
	}
	if offer.Jsep == nil {
		return fmt.Errorf("janus: no offer for a viewer")
	}
	err = pc.SetRemoteDescription(
		webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer.Jsep.Sdp})
	if err != nil {
		return err
	}
	answer, err := pc.CreateAnswer(nil)
	if err != nil {
		return err
	}
	sdp, err := gathered(pc, answer)
	if err != nil {
		return err
	}
	_, err = j.message(handle, object{"request": "start"}, object{"type": "answer", "sdp": sdp})
	return err
}

func (j *janus) close() {
	close(j.stop)
	_, _ = j.request(object{"janus": "destroy"})
	_ = j.wire.socket.Close()
}

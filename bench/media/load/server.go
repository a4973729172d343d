package main

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/pion/webrtc"
	"golang.org/x/net/websocket"
)

const deadline = 20 * time.Second

// server is one that forwards: how to talk to it.
type server interface {
	// present connects a peer that sends. Called once.
	present(pc *webrtc.PeerConnection) error
	// watch connects a peer that receives what the presenter sends.
	watch(pc *webrtc.PeerConnection) error
	close()
}

// wire is a WebSocket whose replies find those who asked.
type wire struct {
	socket  *websocket.Conn
	writing sync.Mutex
	lock    sync.Mutex
	waiting map[string]chan json.RawMessage
	next    int
}

func dial(url, protocol string, classify func(json.RawMessage) (id string, event bool),
	onEvent func(json.RawMessage)) (*wire, error) {
	socket, err := websocket.Dial(url, protocol, "http://localhost/")
	if err != nil {
		return nil, err
	}
	socket.MaxPayloadBytes = 1 << 20
	w := &wire{socket: socket, waiting: map[string]chan json.RawMessage{}}
	go func() {
		for {
			var message json.RawMessage
			if websocket.JSON.Receive(socket, &message) != nil {
				return
			}
			id, event := classify(message)
			if event {
				onEvent(message)
				continue
			}
			w.lock.Lock()
			reply := w.waiting[id]
			delete(w.waiting, id)
			w.lock.Unlock()
			if reply != nil {
				reply <- message
			}
		}
	}()
	return w, nil
}

// ask sends what make returns for a fresh id, and waits for the reply.
func (w *wire) ask(make_ func(id int) (string, any)) (json.RawMessage, error) {
	reply := make(chan json.RawMessage, 1)
	w.lock.Lock()
	w.next++
	id, message := make_(w.next)
	w.waiting[id] = reply
	w.lock.Unlock()
	if err := w.tell(message); err != nil {
		return nil, err
	}
	select {
	case message := <-reply:
		return message, nil
	case <-time.After(deadline):
		return nil, fmt.Errorf("no reply to %v within %v", message, deadline)
	}
}

func (w *wire) tell(message any) error {
	w.writing.Lock()
	defer w.writing.Unlock()
	return websocket.JSON.Send(w.socket, message)
}

package main

import (
	"encoding/binary"
	"math/rand"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc"
)

const (
	framesPerSecond = 30
	deltaFrame      = 4_050  // bytes, on average: 1 Mbit/s with the keyframes
	keyFrame        = 24_000 // bytes
	largestPayload  = 1_100  // bytes
	opusPacket      = 80     // bytes, each 20 ms
	stampAt         = 16     // where a payload tells when it was sent
	stampMagic      = 0xC0FFEE5A
)

// camera sends what a browser with a 720p camera would, as far as a forwarder can tell: packets of
// one frame at once, equal in size to a byte, and a keyframe when somebody asks.
type camera struct {
	video, audio *webrtc.TrackLocalStaticRTP
	wantKeyFrame atomic.Bool
	sent         atomic.Int64
}

func newCamera() (*camera, error) {
	video, err := webrtc.NewTrackLocalStaticRTP(
		webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}, "video", "load")
	if err != nil {
		return nil, err
	}
	audio, err := webrtc.NewTrackLocalStaticRTP(
		webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2},
		"audio", "load")
	c := &camera{video: video, audio: audio}
	c.wantKeyFrame.Store(true)
	return c, err
}

func (c *camera) run(stop <-chan struct{}) {
	frames := time.NewTicker(time.Second / framesPerSecond)
	voice := time.NewTicker(20 * time.Millisecond)
	defer frames.Stop()
	defer voice.Stop()
	random := rand.New(rand.NewSource(1))
	var videoSequence, audioSequence uint16
	var videoTime, audioTime uint32
	for {
		select {
		case <-stop:
			return
		case <-frames.C:
			size := deltaFrame*3/4 + random.Intn(deltaFrame/2)
			key := c.wantKeyFrame.Swap(false)
			if key {
				size = keyFrame
			}
			videoTime += 90_000 / framesPerSecond
			videoSequence = c.frame(size, key, videoTime, videoSequence)
		case <-voice.C:
			audioSequence++
			audioTime += 960
			payload := make([]byte, opusPacket)
			payload[0] = 0x78
			c.write(c.audio, payload, audioSequence, audioTime, false)
		}
	}
}

func (c *camera) frame(size int, key bool, at uint32, sequence uint16) uint16 {
	parts := (size + largestPayload - 1) / largestPayload
	for part := 0; part < parts; part++ {
		length := size / parts
		if part < size%parts {
			length++
		}
		payload := make([]byte, length)
		if part == 0 {
			payload[0] = 0x10 // the first of a frame (RFC 7741 section 4.2)
			const firstPartition = 200
			tag := uint32(1 | 1<<4 | firstPartition<<5)
			if key {
				tag &^= 1
				copy(payload[4:], []byte{0x9d, 0x01, 0x2a, 0x00, 0x05, 0xd0, 0x02}) // 1280x720
			}
			payload[1], payload[2], payload[3] = byte(tag), byte(tag>>8), byte(tag>>16)
		}
		sequence++
		c.write(c.video, payload, sequence, at, part == parts-1)
	}
	return sequence
}

func (c *camera) write(
	track *webrtc.TrackLocalStaticRTP, payload []byte, sequence uint16, at uint32, marker bool,
) {
	binary.BigEndian.PutUint32(payload[stampAt:], stampMagic)
	binary.BigEndian.PutUint64(payload[stampAt+4:], uint64(time.Now().UnixNano()))
	header := rtp.Header{Version: 2, Marker: marker, SequenceNumber: sequence, Timestamp: at}
	if track.WriteRTP(&rtp.Packet{Header: header, Payload: payload}) == nil {
		c.sent.Add(1)
	}
}

// stamped finds when a payload was sent; a server may have moved it by a few bytes.
func stamped(payload []byte) (int64, bool) {
	for at := 8; at+12 <= len(payload) && at < 40; at++ {
		if binary.BigEndian.Uint32(payload[at:]) == stampMagic {
			return int64(binary.BigEndian.Uint64(payload[at+4:])), true
		}
	}
	return 0, false
}

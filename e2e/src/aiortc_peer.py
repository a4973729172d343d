"""A peer that is no browser: aiortc presents or watches.

Usage: aiortc_peer.py present|watch

It prints its offer, {"sdp": "..."}, and reads the answer in the same form, a line each; then it
prints what it has decoded, {"frames": n, "samples": n, "contrast": 0..255}, about twice a second
until its input ends.
"""

import asyncio
import fractions
import json
import sys

import aioice.ice
import numpy
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError, VideoStreamTrack
from av import AudioFrame, VideoFrame

RATE = 48_000
PART = RATE // 50

# It leaves out the addresses of the very machine by itself.
aioice.ice.get_host_addresses = lambda use_ipv4=True, use_ipv6=True: ["127.0.0.1"]


class MovingBar(VideoStreamTrack):
    async def recv(self):
        timestamp, time_base = await self.next_timestamp()
        picture = numpy.zeros((360, 640, 3), numpy.uint8)
        left = (timestamp // 500) % 480
        picture[:, left : left + 160] = (255, 212, 0)
        frame = VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts, frame.time_base = timestamp, time_base
        return frame


class Tone(AudioStreamTrack):
    """440 Hz."""

    begin = None
    at = 0

    async def recv(self):
        clock = asyncio.get_event_loop().time
        self.begin = self.begin or clock()
        await asyncio.sleep(max(0, self.begin + self.at / RATE - clock()))
        samples = numpy.sin(numpy.arange(self.at, self.at + PART) * (2 * numpy.pi * 440 / RATE))
        frame = AudioFrame.from_ndarray(
            (samples * 8_000).astype(numpy.int16).reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate, frame.pts, frame.time_base = RATE, self.at, fractions.Fraction(1, RATE)
        self.at += PART
        return frame


class Seen:
    frames = 0
    samples = 0
    contrast = 0

    async def follow(self, track):
        try:
            while True:
                frame = await track.recv()
                if track.kind == "video":
                    self.frames += 1
                    luma = frame.to_ndarray(format="gray")
                    self.contrast = int(luma.max()) - int(luma.min())
                elif numpy.abs(frame.to_ndarray()).max() > 100:
                    self.samples += frame.samples
        except MediaStreamError:
            pass  # it has ended


def say(message):
    print(json.dumps(message), flush=True)


async def main(role):
    peer, seen = RTCPeerConnection(), Seen()
    peer.on("track", lambda track: asyncio.ensure_future(seen.follow(track)))
    if role == "present":
        peer.addTrack(Tone())
        peer.addTrack(MovingBar())
    else:
        peer.addTransceiver("audio", direction="recvonly")
        peer.addTransceiver("video", direction="recvonly")
    await peer.setLocalDescription(await peer.createOffer())
    say({"sdp": peer.localDescription.sdp})
    reader = asyncio.StreamReader()
    await asyncio.get_event_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    answer = json.loads(await reader.readline())
    await peer.setRemoteDescription(RTCSessionDescription(sdp=answer["sdp"], type="answer"))
    end = asyncio.ensure_future(reader.read())
    while not end.done():
        await asyncio.wait([end], timeout=0.5)
        say({"frames": seen.frames, "samples": seen.samples, "contrast": seen.contrast})
    await peer.close()


asyncio.run(main(sys.argv[1]))

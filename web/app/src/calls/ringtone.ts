/** Notes of the two patterns: frequency in hertz, start and length in seconds. */
const PATTERNS = {
  incoming: {
    everyMs: 2_400,
    gain: 0.16,
    notes: [
      [659, 0, 0.22],
      [784, 0.2, 0.22],
      [988, 0.4, 0.34],
      [784, 0.8, 0.22],
      [988, 1, 0.4],
    ],
  },
  outgoing: { everyMs: 3_600, gain: 0.07, notes: [[440, 0, 1]] },
} as const;

/**
 * Rings until the returned function is called. A page nobody has touched yet may not make a sound;
 * then it rings in silence, and the dialog alone is there.
 */
export function startRinging(kind: keyof typeof PATTERNS): () => void {
  const pattern = PATTERNS[kind];
  const audio = new AudioContext();
  const ring = () => {
    for (const [frequency, start, length] of pattern.notes) {
      tone(audio, frequency, audio.currentTime + start, length, pattern.gain);
    }
  };
  ring();
  const timer = setInterval(ring, pattern.everyMs);
  return () => {
    clearInterval(timer);
    if (audio.state !== 'closed') void audio.close();
  };
}

function tone(audio: AudioContext, hertz: number, at: number, seconds: number, gain: number): void {
  const oscillator = audio.createOscillator();
  const envelope = audio.createGain();
  oscillator.type = 'sine';
  oscillator.frequency.value = hertz;
  envelope.gain.setValueAtTime(0, at);
  envelope.gain.linearRampToValueAtTime(gain, at + 0.02);
  envelope.gain.exponentialRampToValueAtTime(0.001, at + seconds);
  oscillator.connect(envelope).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + seconds);
}

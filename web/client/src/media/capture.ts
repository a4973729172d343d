/** Which camera and microphone to open. */
export interface CameraOptions {
  /** A device's id; the platform's choice when left out. */
  videoDeviceId?: string;
  audioDeviceId?: string;
  /** Leave out the picture or the sound. */
  video?: boolean;
  audio?: boolean;
}

/** Opens camera and microphone at 720p30, or as near as the device comes. */
export async function openCamera(options: CameraOptions = {}): Promise<MediaStream> {
  const { video = true, audio = true, videoDeviceId, audioDeviceId } = options;
  const stream = await navigator.mediaDevices.getUserMedia({
    video: video && {
      ...(videoDeviceId ? { deviceId: { exact: videoDeviceId } } : {}),
      width: { ideal: 1280 },
      height: { ideal: 720 },
      frameRate: { ideal: 30, max: 30 },
    },
    audio: audio && {
      ...(audioDeviceId ? { deviceId: { exact: audioDeviceId } } : {}),
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
    },
  });
  // Faces move: under pressure the encoder gives up sharpness before it gives up frames.
  hint(stream, 'motion');
  return stream;
}

/**
 * Opens a screen, window or tab with its sound where the platform gives it.
 *
 * @param microphone - a stream whose sound is used when the screen brings none of its own
 */
export async function openScreen(microphone?: MediaStream): Promise<MediaStream> {
  const stream = await navigator.mediaDevices.getDisplayMedia({
    video: {
      width: { ideal: 1920, max: 1920 },
      height: { ideal: 1080, max: 1080 },
      frameRate: { ideal: 30, max: 30 },
    },
    audio: true,
  });
  // Text must stay readable: under pressure the encoder gives up frames first.
  hint(stream, 'detail');
  const sound = microphone?.getAudioTracks()[0];
  if (sound && stream.getAudioTracks().length === 0) stream.addTrack(sound);
  return stream;
}

/** Lets go of every device of a stream. */
export function stopStream(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

function hint(stream: MediaStream, contentHint: 'motion' | 'detail'): void {
  for (const track of stream.getVideoTracks()) track.contentHint = contentHint;
}

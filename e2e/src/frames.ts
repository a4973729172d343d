import type { Locator } from 'playwright-core';
import { eventually } from './eventually.ts';

/** What a video element has really shown. */
export interface Shown {
  width: number;
  height: number;
  /** Since this element was first looked at. */
  frames: number;
  currentTime: number;
  /** 0 to 255: the brightest and the darkest sample of the picture. */
  brightest: number;
  darkest: number;
}

export function shown(video: Locator): Promise<Shown> {
  return video.evaluate((element) => {
    const video = element as HTMLVideoElement & { framesShown?: number };
    if (video.framesShown === undefined) {
      // Not every browser counts the frames of a stream in its playback quality.
      video.framesShown = 0;
      const note = (): void => {
        video.framesShown = (video.framesShown ?? 0) + 1;
        video.requestVideoFrameCallback(note);
      };
      video.requestVideoFrameCallback(note);
    }
    const canvas = new OffscreenCanvas(32, 18);
    const context = canvas.getContext('2d');
    let brightest = 0;
    let darkest = 255;
    if (context && video.videoWidth > 0) {
      context.drawImage(video, 0, 0, 32, 18);
      const { data } = context.getImageData(0, 0, 32, 18);
      for (let at = 0; at < data.length; at += 4) {
        const light = ((data[at] ?? 0) + (data[at + 1] ?? 0) + (data[at + 2] ?? 0)) / 3;
        brightest = Math.max(brightest, light);
        darkest = Math.min(darkest, light);
      }
    }
    return {
      width: video.videoWidth,
      height: video.videoHeight,
      frames: video.framesShown,
      currentTime: video.currentTime,
      brightest,
      darkest,
    };
  });
}

/** Waits until the element shows a moving picture that is not of one colour. */
export async function seesFrames(video: Locator, ms: number, what: string): Promise<void> {
  let before = -1;
  await eventually(
    `${what}: moving pictures`,
    async () => {
      const now = await shown(video);
      const moved = before >= 0 && now.frames > before;
      before = before < 0 ? now.frames : before;
      if (!moved || now.width === 0 || now.brightest - now.darkest < 20) {
        throw new Error(JSON.stringify(now));
      }
    },
    { within: Math.max(ms, 20_000), every: 100 },
  );
}

/**
 * Counts frames from now on, and how long the picture stood still at most. To be called before
 * what may stop it. A page that was not let run cannot say that its picture stood still: between
 * two looks it was a tenth of a second at most.
 */
export async function watchForGaps(
  video: Locator,
): Promise<() => Promise<{ frames: number; longestGapMs: number }>> {
  const handle = await video.evaluateHandle((element) => {
    const video = element as HTMLVideoElement;
    const seen = { frames: 0, longestGapMs: 0, stillMs: 0, at: performance.now(), beat: 0 };
    const look = (): void => {
      const now = performance.now();
      seen.stillMs += Math.min(now - seen.at, 100);
      seen.at = now;
      seen.longestGapMs = Math.max(seen.longestGapMs, seen.stillMs);
    };
    const note = (): void => {
      look();
      seen.stillMs = 0;
      seen.frames++;
      video.requestVideoFrameCallback(note);
    };
    video.requestVideoFrameCallback(note);
    seen.beat = window.setInterval(look, 50);
    return seen;
  });
  return () =>
    handle.evaluate((seen) => {
      clearInterval(seen.beat);
      return { frames: seen.frames, longestGapMs: seen.longestGapMs };
    });
}

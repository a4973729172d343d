/**
 * Lets the encoder begin at a bitrate that suits 720p.
 *
 * Chromium begins at 300 kbit/s and takes many seconds to find out that there is more; until then
 * the picture is small and soft, and so are the first seconds of every recording. It reads the
 * wish from a format parameter of its own in the remote description and goes below it at once when
 * the network cannot carry it. Other browsers skip parameters they do not know.
 *
 * @param sdp - the remote answer
 * @param kbps - where to begin, in kbit/s
 */
export function withStartBitrate(sdp: string, kbps: number): string {
  const wish = `x-google-start-bitrate=${kbps}`;
  return sdp
    .split(/(?=^m=)/m)
    .map((section) => (section.startsWith('m=video') ? askIn(section, wish) : section))
    .join('');
}

function askIn(section: string, wish: string): string {
  const format = /^a=rtpmap:(\d+) (?:VP8|VP9|H264|AV1)\/90000\r?$/im.exec(section);
  if (!format) return section;
  const [mapLine, payloadType] = format as unknown as [string, string];
  const parameters = new RegExp(`^a=fmtp:${payloadType} [^\\r\\n]*`, 'm');
  if (parameters.test(section)) return section.replace(parameters, (line) => `${line};${wish}`);
  const end = mapLine.endsWith('\r') ? '\r' : '';
  return section.replace(mapLine, `${mapLine}\na=fmtp:${payloadType} ${wish}${end}`);
}

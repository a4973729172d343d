/** `1:02:03` or `2:03`; unknown lengths become `0:00`. */
export function clock(seconds: number): string {
  const total = Number.isFinite(seconds) && seconds > 0 ? Math.floor(seconds) : 0;
  const h = Math.floor(total / 3600);
  const m = Math.floor((total % 3600) / 60);
  const two = (n: number) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(total % 60)}` : `${m}:${two(total % 60)}`;
}

/** Bytes as `12.3 MB`, in powers of 1000 as file managers of today count. */
export function fileSize(bytes: number, locale: string): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 100 ? 1 : 0;
  return `${value.toLocaleString(regional(locale), { maximumFractionDigits: digits })} ${units[unit]}`;
}

/** kbit/s as `850 kbit/s` or `2.4 Mbit/s`. */
export function bitrate(kbps: number, locale: string): string {
  return kbps >= 1000
    ? `${(kbps / 1000).toLocaleString(regional(locale), { maximumFractionDigits: 1, minimumFractionDigits: 1 })} Mbit/s`
    : `${Math.round(kbps)} kbit/s`;
}

/** Hour and minute, with the seconds where events follow each other closely. */
export function timeOfDay(iso: string, locale: string, seconds = false): string {
  return new Date(iso).toLocaleTimeString(regional(locale), {
    hour: '2-digit',
    minute: '2-digit',
    second: seconds ? '2-digit' : undefined,
  });
}

/** Day and time in the reader's own way. */
export function dateTime(iso: string, locale: string): string {
  return new Date(iso).toLocaleString(regional(locale), {
    dateStyle: 'medium',
    timeStyle: 'short',
  });
}

/** The known parts of a place from small to large, or undefined. A country's code is spelt out. */
export function place(
  location: { country?: string; region?: string; city?: string } | null | undefined,
  locale: string,
): string | undefined {
  const parts = [location?.city, location?.region, countryName(location?.country, locale)].filter(
    (part, index, all) => part && all.indexOf(part) === index,
  );
  return parts.length > 0 ? parts.join(', ') : undefined;
}

function countryName(country: string | undefined, locale: string): string | undefined {
  if (!country || !/^[A-Z]{2}$/.test(country)) return country;
  return new Intl.DisplayNames(regional(locale), { type: 'region' }).of(country) ?? country;
}

/** The reader's own variant of a language, such as `en-GB`: it decides on 24 hours and commas. */
export function regional(
  locale: string,
  languages: readonly string[] = globalThis.navigator?.languages ?? [],
): string {
  return languages.find((language) => language.split('-')[0] === locale) ?? locale;
}

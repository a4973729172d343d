import type { VideoQuery } from '@castmesh/client';

/** Lengths people think in. */
export type DurationChoice = 'any' | 'short' | 'medium' | 'long';

/** What the filter form holds; empty means "any". */
export interface Filters {
  q: string;
  /** First and last day, as `2026-05-04`, in the reader's time zone; both are included. */
  from: string;
  to: string;
  duration: DurationChoice;
  location: string;
  nickname: string;
}

const RANGES: Record<DurationChoice, Pick<VideoQuery, 'minDuration' | 'maxDuration'>> = {
  any: {},
  short: { maxDuration: 300 },
  medium: { minDuration: 300, maxDuration: 1_200 },
  long: { minDuration: 1_200 },
};

export function emptyFilters(): Filters {
  return { q: '', from: '', to: '', duration: 'any', location: '', nickname: '' };
}

/** How many conditions are set, the words of the search field not counted. */
export function countFilters(filters: Filters): number {
  const { from, to, duration, location, nickname } = filters;
  return [from || to, duration !== 'any', location.trim(), nickname.trim()].filter(Boolean).length;
}

/** What the server is asked. */
export function toVideoQuery(filters: Filters): VideoQuery {
  return {
    q: filters.q.trim() || undefined,
    from: startOfDay(filters.from, 0),
    // "To" a day means to its end, which is where the next one begins.
    to: startOfDay(filters.to, 1),
    ...RANGES[filters.duration],
    location: filters.location.trim() || undefined,
    nickname: filters.nickname.trim() || undefined,
  };
}

/** The members that are set, as they stand in the page's address. */
export function queryFromFilters(filters: Filters): Record<string, string> {
  const entries = Object.entries(filters).filter(([, value]) => value && value !== 'any');
  return Object.fromEntries(entries) as Record<string, string>;
}

/** Reads the page's address; what makes no sense there is left out. */
export function filtersFromQuery(query: Record<string, unknown>): Filters {
  const text = (name: string) => (typeof query[name] === 'string' ? query[name] : '');
  const day = (name: string) => (/^\d{4}-\d{2}-\d{2}$/.test(text(name)) ? text(name) : '');
  const duration = text('duration');
  return {
    q: text('q'),
    from: day('from'),
    to: day('to'),
    duration: Object.hasOwn(RANGES, duration) ? (duration as DurationChoice) : 'any',
    location: text('location'),
    nickname: text('nickname'),
  };
}

function startOfDay(day: string, plusDays: number): string | undefined {
  const [year, month, date] = day.split('-').map(Number);
  if (!year || !month || !date) return undefined;
  return new Date(year, month - 1, date + plusDays).toISOString();
}

/** A value at a moment (ms since 1970). */
export interface Sample {
  at: number;
  value: number;
}

/** The least of 1, 2 and 5 times a power of ten that is not below the value, and not below 4. */
export function niceMaximum(value: number): number {
  if (!(value > 4)) return 4;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((one) => one * power >= value) ?? 10;
  return step * power;
}

/** Splits where samples are missing: a line must not claim what nobody has measured. */
export function stretches(samples: Sample[], maxGapMs: number): Sample[][] {
  const all: Sample[][] = [];
  let last: Sample | undefined;
  for (const sample of samples) {
    if (last && sample.at - last.at <= maxGapMs) all[all.length - 1]?.push(sample);
    else all.push([sample]);
    last = sample;
  }
  return all;
}

/** The index of the sample nearest to a moment, or -1. */
export function nearest(samples: Sample[], at: number): number {
  let best = -1;
  let distance = Infinity;
  samples.forEach((sample, index) => {
    const d = Math.abs(sample.at - at);
    if (d < distance) [best, distance] = [index, d];
  });
  return best;
}

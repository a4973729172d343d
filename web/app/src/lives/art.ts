/** Pairs of deep colours that white text and an avatar stand out from. */
const PAIRS = [
  ['#0b6f66', '#052b2a'],
  ['#8a3b22', '#2c120b'],
  ['#234a86', '#0c1a33'],
  ['#6d2f63', '#230f22'],
  ['#5a6313', '#1d2107'],
  ['#3a3f8f', '#14162f'],
  ['#7a5312', '#281b07'],
] as const;

/** A background that stays the same for the same id. */
export function artOf(id: string): string {
  let hash = 7;
  for (const char of id) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  const [light, dark] = PAIRS[hash % PAIRS.length]!;
  return `radial-gradient(120% 140% at ${20 + (hash % 60)}% 0%, ${light}, ${dark} 78%)`;
}

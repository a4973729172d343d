import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** What was done, what was promised, and what came of it. */
export interface Row {
  fault: string;
  promised: string;
  measured: string;
}

/** The file of the rows of this run, when several test files add to one table. */
const FILE = 'E2E_TABLE';

/** Rows that are told at the end of a file, with those of the files before it. */
export class Table {
  readonly #rows: Row[] = [];

  add(fault: string, promised: string, measured: string): void {
    const row = { fault, promised, measured };
    this.#rows.push(row);
    const file = process.env[FILE];
    if (file) appendFileSync(file, `${JSON.stringify(row)}\n`);
  }

  print(): void {
    const file = process.env[FILE];
    console.log(`\n${tableOf(file ? rowsIn(file) : this.#rows)}`);
  }
}

function rowsIn(file: string): Row[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Row);
}

function tableOf(rows: Row[]): string {
  const all = [{ fault: 'FAULT', promised: 'PROMISED', measured: 'MEASURED' }, ...rows];
  const wide = (key: keyof Row): number => Math.max(...all.map((row) => row[key].length));
  const [fault, promised] = [wide('fault'), wide('promised')];
  return all
    .map((row) => `${row.fault.padEnd(fault)} | ${row.promised.padEnd(promised)} | ${row.measured}`)
    .join('\n');
}

/** Milliseconds as people read them. */
export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

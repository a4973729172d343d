import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder with the script `castmesh`. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'castmesh-e2e-'));
}

export function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Below those that the system gives out, to a database for instance, and those of clusters. */
const FIRST_PORT = 11_000;
const PORTS = 8_000;
/** Each process begins elsewhere, and gives each port once. */
let tried = Math.floor(Math.random() * PORTS);

/** A port that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  for (let left = PORTS; left > 0; left--) {
    const port = FIRST_PORT + (tried++ % PORTS);
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${FIRST_PORT} on is free`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Where Chromium is: `CHROMIUM`, else the usual places. */
export function chromiumPath(): string {
  return installed('Chromium', 'CHROMIUM', [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome-stable',
    '/usr/bin/google-chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ]);
}

/** Where Firefox is: `FIREFOX`, else the usual places. */
export function firefoxPath(): string {
  return installed('Firefox', 'FIREFOX', [
    '/usr/bin/firefox-esr',
    '/usr/bin/firefox',
    '/Applications/Firefox.app/Contents/MacOS/firefox',
  ]);
}

function installed(what: string, variable: string, usual: string[]): string {
  for (const place of [process.env[variable], ...usual]) {
    try {
      if (place) {
        accessSync(place, constants.X_OK);
        return place;
      }
    } catch {
      // not here
    }
  }
  throw new Error(`${what} is missing: install it or set ${variable} to its path.`);
}

/** Whether a process runs; one that has ended and whose parent has not looked yet does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    if (!existsSync('/proc/self/status')) return true;
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Processes with their command lines, for those who read a failure. */
export function described(pids: number[]): string[] {
  if (pids.length === 0) return [];
  const { stdout } = spawnSync('ps', ['-o', 'pid=,ppid=,stat=,lstart=,args=', '-p', pids.join()], {
    encoding: 'utf8',
  });
  return stdout.split('\n').filter((line) => line.trim() !== '');
}

/** Process ids whose command line holds the text: the children that work on a folder, say. */
export function processesWith(text: string): number[] {
  const lines = execFileSync('ps', ['-Ao', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  return lines
    .filter((line) => line.includes(text))
    .map((line) => Number.parseInt(line, 10))
    .filter((pid) => pid !== process.pid);
}

export function readNumber(file: string): number {
  return Number.parseInt(readFileSync(file, 'utf8'), 10);
}

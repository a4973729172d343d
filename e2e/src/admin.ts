import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Api, type Tokens } from './api.ts';
import { ensure } from './ensure.ts';
import { root } from './machine.ts';
import type { Castmesh } from './server.ts';

const COMMAND_MS = 60_000;

export interface Told {
  code: number;
  out: string;
  err: string;
}

/** `./castmesh admin …` beside a running castmesh. */
export async function adminCommand(castmesh: Castmesh, ...args: string[]): Promise<Told> {
  try {
    const { stdout, stderr } = await promisify(execFile)(
      join(root, 'castmesh'),
      ['admin', ...args],
      {
        env: { ...process.env, CASTMESH_DATA_DIR: castmesh.dataDir },
        timeout: COMMAND_MS,
      },
    );
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const failed = error as { code?: number; stdout?: string; stderr?: string };
    return {
      code: failed.code ?? -1,
      out: failed.stdout ?? '',
      err: failed.stderr ?? String(error),
    };
  }
}

/** Makes an administrator and answers the password, which is shown once. */
export async function makeAdmin(castmesh: Castmesh, name: string): Promise<string> {
  const { code, out, err } = await adminCommand(castmesh, 'create', name);
  ensure(code === 0, `castmesh admin create: ${code} ${out}${err}`);
  const password = /shown this once: (\S+)/.exec(out)?.[1];
  ensure(password, `a password, not ${out}`);
  return password;
}

/** Their tokens, as any program gets them. */
export async function signedInAdmin(castmesh: Castmesh, name: string): Promise<Tokens> {
  const password = await makeAdmin(castmesh, name);
  const response = await new Api(castmesh.url).post('/auth/login', { nickname: name, password });
  ensure(response.ok, `sign-in of the administrator: ${response.status}`);
  return (await response.json()) as Tokens;
}

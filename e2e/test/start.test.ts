import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ensure } from '../src/ensure.ts';
import { eventually, within } from '../src/eventually.ts';
import { freePort, remove, root, temporaryFolder } from '../src/machine.ts';
import { Castmesh, type Settings } from '../src/server.ts';

interface End {
  code: number | null;
  output: string;
}

async function startAndFail(settings: Settings): Promise<End> {
  const child = spawn(join(root, 'castmesh'), ['start'], {
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (data) => (output += String(data)));
  child.stderr.on('data', (data) => (output += String(data)));
  const [code] = (await within(60_000, 'castmesh gives up', once(child, 'close'))) as [
    number | null,
  ];
  return { code, output };
}

async function settings(folder: string): Promise<Settings> {
  return {
    CASTMESH_DATA_DIR: folder,
    CASTMESH_HTTP_PORT: String(await freePort()),
    CASTMESH_MANAGEMENT_PORT: String(await freePort()),
  };
}

describe('castmesh start', () => {
  it('says in one sentence that a port is taken', async () => {
    const folder = temporaryFolder();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = String((server.address() as AddressInfo).port);
    try {
      const end = await startAndFail({ ...(await settings(folder)), CASTMESH_HTTP_PORT: port });
      assert.equal(end.code, 69);
      assert.match(end.output, new RegExp(`^castmesh: Port ${port} is taken; .*\n$`));
    } finally {
      server.close();
      remove(folder);
    }
  });

  it('says in one sentence that the data folder cannot be written', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'file');
    writeFileSync(file, '');
    try {
      const end = await startAndFail(await settings(join(file, 'data')));
      assert.equal(end.code, 73);
      assert.match(end.output, /^castmesh: The data folder .* cannot be written; .*\n$/);
    } finally {
      remove(folder);
    }
  });

  it('tells everything that is wrong with the settings at once, and exits with 78', async () => {
    const folder = temporaryFolder();
    try {
      const end = await startAndFail({
        ...(await settings(folder)),
        CASTMESH_DRAIN_DEADLINE: 'soon',
        CASTMESH_HTPP_PORT: '80',
        CASTMESH_LOG_FORMAT: 'xml',
        CASTMESH_MEDIA_NODE_ANNOUNCED_ADDRESSES: '192.0.2.1,media.invalid',
      });
      assert.equal(end.code, 78, end.output);
      assert.match(end.output, /CASTMESH_DRAIN_DEADLINE: must be a whole number/);
      assert.match(end.output, /CASTMESH_HTPP_PORT: there is no such setting/);
      assert.match(end.output, /CASTMESH_LOG_FORMAT: must be one of text, json/);
      assert.match(end.output, /announced-addresses: media\.invalid is no address/);
    } finally {
      remove(folder);
    }
  });

  it('refuses a data folder that another castmesh uses', async () => {
    const castmesh = await Castmesh.start();
    try {
      const end = await startAndFail(await settings(castmesh.dataDir));
      assert.notEqual(end.code, 0);
      assert.match(end.output, /in use by another castmesh/);
    } finally {
      await castmesh.close();
    }
  });

  it('ends with 0 when it is told to, and leaves no process behind', async () => {
    const castmesh = await Castmesh.start();
    try {
      ensure(castmesh.processes().length >= 2, 'the databases run');
      assert.equal(await castmesh.stop(), 0, castmesh.lastWords());
      await eventually('nothing is left', () => assert.deepEqual(castmesh.processes(), []));
    } finally {
      await castmesh.close();
    }
  });
});

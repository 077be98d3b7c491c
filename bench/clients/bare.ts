import type { Duplex } from 'node:stream';
import type { BenchClient } from '../client.js';
import { SLEEP } from '../world.js';
import { BareHttp } from './bare-http.js';
import { packPath, unpackTo } from './bare-tar.js';

const HEADER_BYTES = 8;

/** What somebody writes in an afternoon: the fewest requests, no checks, no way to end what hangs. */
export function createBareClient(socketPath: string): BenchClient {
  const http = new BareHttp(socketPath);
  return {
    async startContainer(image) {
      const body = {
        image,
        command: SLEEP,
        init: true,
        netns: { nsmode: 'none' },
        cap_drop: ['ALL'],
        log_configuration: { driver: 'k8s-file' },
      };
      const { Id } = await http.json<{ readonly Id: string }>('POST', 'containers/create', body);
      await http.json('POST', `containers/${Id}/start`);
      return Id;
    },
    async exec(container, argv, onStdout) {
      const { Id } = await http.json<{ readonly Id: string }>('POST', `containers/${container}/exec`, {
        Cmd: argv,
        AttachStdout: true,
        AttachStderr: true,
      });
      const { socket, head } = await http.hijack(`exec/${Id}/start`, { Detach: false, Tty: false });
      await demultiplex(socket, head, onStdout);
      return (await http.json<{ readonly ExitCode: number }>('GET', `exec/${Id}/json`)).ExitCode;
    },
    async copyTo(container, from, path) {
      const archive = packPath(from, path.slice(1));
      const answer = await http.upload(
        `containers/${container}/archive?path=%2F&copyUIDGID=false&noOverwriteDirNonDir=true`,
        archive as never,
      );
      answer.resume();
    },
    async copyFrom(container, path, targetFolder) {
      const query = `path=${encodeURIComponent(path)}`;
      await unpackTo(await http.send('GET', `containers/${container}/archive?${query}`), targetFolder);
    },
    async removeContainer(container) {
      await http.json('DELETE', `containers/${container}?force=true&timeout=0`);
    },
    close() {
      http.close();
      return Promise.resolve();
    },
  };
}

/** Takes the frames apart on the fly. stderr is dropped. */
function demultiplex(
  socket: Duplex,
  head: Buffer,
  onStdout: ((bytes: Uint8Array) => void) | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let pending: Buffer = Buffer.alloc(0);
    let remaining = 0;
    let stdout = true;
    const take = (chunk: Buffer): void => {
      let rest = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      pending = Buffer.alloc(0);
      while (rest.length > 0) {
        if (remaining > 0) {
          const bytes = rest.subarray(0, remaining);
          if (stdout) onStdout?.(bytes);
          remaining -= bytes.length;
          rest = rest.subarray(bytes.length);
        } else if (rest.length < HEADER_BYTES) {
          pending = rest;
          return;
        } else {
          stdout = rest[0] === 1;
          remaining = rest.readUInt32BE(4);
          rest = rest.subarray(HEADER_BYTES);
        }
      }
    };
    socket.on('data', take).once('error', reject).once('end', resolve);
    take(head);
  });
}

import Docker from 'dockerode';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as tarFs from 'tar-fs';
import { basename, dirname } from 'node:path';
import type { BenchClient } from '../client.js';
import { SLEEP } from '../world.js';

/** dockerode on Podman's Docker-compatible API, written as its README shows. */
export function createDockerodeClient(socketPath: string): BenchClient {
  const docker = new Docker({ socketPath });
  return {
    async startContainer(image) {
      const container = await docker.createContainer({
        Image: image,
        Cmd: [...SLEEP],
        HostConfig: {
          NetworkMode: 'none',
          Init: true,
          CapDrop: ['ALL'],
          LogConfig: { Type: 'k8s-file', Config: {} },
        },
      });
      await container.start();
      return container.id;
    },
    async exec(container, argv, onStdout) {
      const exec = await docker
        .getContainer(container)
        .exec({ Cmd: [...argv], AttachStdout: true, AttachStderr: true });
      const stream = await exec.start({});
      const ended = new Promise((resolve, reject) => stream.once('end', resolve).once('error', reject));
      docker.modem.demuxStream(stream, toSink(onStdout), toSink(undefined));
      await ended;
      return (await exec.inspect()).ExitCode ?? -1;
    },
    async copyTo(container, from, path) {
      const name = path.slice(1);
      const archive = tarFs.pack(dirname(from), {
        entries: [basename(from)],
        map: (header) => ({ ...header, name: name + header.name.slice(basename(from).length) }),
      });
      await docker.getContainer(container).putArchive(archive as never, { path: '/' });
    },
    async copyFrom(container, path, targetFolder) {
      const archive = await docker.getContainer(container).getArchive({ path });
      const files: unknown = tarFs.extract(targetFolder);
      await pipeline(archive, files as Writable);
    },
    removeContainer: (container) => docker.getContainer(container).remove({ force: true, v: true }),
    close: () => Promise.resolve(),
  };
}

function toSink(onBytes: ((bytes: Uint8Array) => void) | undefined): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      onBytes?.(chunk);
      done();
    },
  });
}

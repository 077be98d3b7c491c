import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { pack } from 'tar-stream';

/**
 * A docker archive (https://github.com/moby/docker-image-spec) of one image with one layer.
 *
 * @param rootArchive - path of the root file system's tar
 */
export async function* dockerArchive(reference: string, rootArchive: string): AsyncGenerator<Uint8Array> {
  const layer = await readFile(rootArchive);
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    config: { Labels: { 'podroot.contract.label': 'of the archive' } },
    rootfs: { type: 'layers', diff_ids: [`sha256:${createHash('sha256').update(layer).digest('hex')}`] },
  });
  const archive = pack();
  archive.entry({ name: 'layer.tar' }, layer);
  archive.entry({ name: 'config.json' }, config);
  archive.entry(
    { name: 'manifest.json' },
    JSON.stringify([{ Config: 'config.json', RepoTags: [reference], Layers: ['layer.tar'] }]),
  );
  archive.finalize();
  yield* archive as AsyncIterable<Uint8Array>;
}

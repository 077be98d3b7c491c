import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { projectFolder } from '../tools/project.js';

/** What each room may import: docs/architecture.md. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  abort: ['errors'],
  owner: [],
  container: ['errors', 'abort', 'owner'],
  output: ['container', 'errors', 'abort'],
  podman: ['container', 'output', 'errors', 'abort', 'owner', 'undici', 'tar-fs', 'tar-stream', 'p-retry'],
  srpm: ['errors', 'abort'],
  buildroot: ['srpm', 'errors', 'abort'],
  koji: ['build', 'buildroot', 'srpm', 'container', 'errors', 'abort', 'undici', 'saxes'],
  testing: ['container', 'output', 'errors', 'abort', 'owner', 'tar-fs', 'tar-stream'],
  index: ['container', 'output', 'podman', 'srpm', 'buildroot', 'errors', 'abort', 'owner'],
};

/** The rooms whose import of these is in one file. */
const ONE_IMPORTER = { undici: 'podman/libpod-client.ts' };

const MOST_LINES = 250;
const lib = join(projectFolder, 'lib');
const files = readdirSync(lib, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .sort();

describe('architecture', () => {
  it('lets each room import only what its row in docs/architecture.md names', () => {
    const refused = files.flatMap((file) =>
      importsOf(file)
        .map((target) => roomOf(target))
        .filter((room) => room !== roomOf(file) && MAY_IMPORT[roomOf(file)]?.includes(room) !== true)
        .map((room) => `${file} imports ${room}`),
    );
    expect(refused).to.deep.equal([]);
  });

  it('has no import cycles', () => {
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) {
        cycles.push([...path.slice(path.indexOf(file)), file].join(' > '));
        return;
      }
      if (done.has(file)) return;
      for (const target of importsOf(file).filter((name) => files.includes(name)))
        visit(target, [...path, file]);
      done.add(file);
    };
    const done = new Set<string>();
    for (const file of files) visit(file, []);
    expect(cycles).to.deep.equal([]);
  });

  it('imports undici in one file of the driver', () => {
    const importers = files.filter(
      (file) => file.startsWith('podman/') && importsOf(file).includes('undici'),
    );
    expect(importers).to.deep.equal([ONE_IMPORTER.undici]);
  });

  it('has no word of a runtime in the contract', () => {
    const speaking = files.filter(
      (file) =>
        file.startsWith('container/') && /podman|libpod|undici|docker(?!\s+or OCI archive)/i.test(read(file)),
    );
    expect(speaking).to.deep.equal([]);
  });

  it(`has no file of more than ${MOST_LINES} lines`, () => {
    expect(files.filter((file) => read(file).split('\n').length > MOST_LINES + 1)).to.deep.equal([]);
  });

  it('does nothing at import: no timer, no socket, no child', async () => {
    await import('podroot');
    await import('podroot/koji');
    await import('podroot/testing');
    const busy = process
      .getActiveResourcesInfo()
      .filter((name) => /Timeout|Immediate|TCP|Process|Server/.test(name));
    // Mocha's own time limit for this spec.
    expect(busy.filter((name) => name !== 'Timeout')).to.deep.equal([]);
    expect(busy.length).to.be.at.most(1);
  });
});

function read(file: string): string {
  return readFileSync(join(lib, file), 'utf8');
}

/** Files below lib/, and packages. */
function importsOf(file: string): string[] {
  const found = ts.preProcessFile(read(file)).importedFiles.map((imported) => imported.fileName);
  return found
    .filter((name) => !name.startsWith('node:'))
    .map((name) => (name.startsWith('.') ? toFile(file, name) : name));
}

function toFile(from: string, name: string): string {
  return relative(lib, resolve(lib, dirname(from), name)).replace(/\.js$/, '.ts');
}

function roomOf(file: string): string {
  return (file.split('/')[0] ?? '').replace(/\.ts$/, '');
}

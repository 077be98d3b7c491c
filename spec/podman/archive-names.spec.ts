import { dirname, posix } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { createArchiveNames, foldersOnTheWay, UnsafeNameError } from '../../lib/podman/archive-names.js';

describe('createArchiveNames', () => {
  for (const [title, names, relative] of [
    ["Podman's names of a folder", ['t', 't/a', 't/a/b'], ['', 'a', 'a/b']],
    ['folders with a slash at their end', ['t/', 't/a/'], ['', 'a']],
    ["Podman's names of the root folder", ['/', '/bin', '/bin/sh'], ['', 'bin', 'bin/sh']],
    ['names below a dot', ['.', './a'], ['', 'a']],
    ['odd, but plain names', ['t', 't/...', 't/..a', 't/ ', 't/a\nb'], ['', '...', '..a', ' ', 'a\nb']],
  ] as const) {
    it(`reads ${title}`, () => {
      const reader = createArchiveNames('t');
      expect(names.map((name) => reader.toRelative(name))).to.deep.equal(relative);
    });
  }

  it('gives nothing but plain relative paths', () => {
    const part = fc.constantFrom('t', '..', '.', '', 'a', '\0', '...');
    const name = fc.array(part, { maxLength: 5 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), (names) => {
        const reader = createArchiveNames('t');
        for (const each of names) {
          let relative: string;
          try {
            relative = reader.toRelative(each);
          } catch (error) {
            if (!(error instanceof UnsafeNameError)) throw error;
            continue;
          }
          if (relative === '') continue;
          expect(relative.split('/')).not.to.include.members(['..']);
          expect(posix.join('/', relative)).to.equal(`/${relative}`);
          expect(relative).not.to.contain('\0');
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('foldersOnTheWay', () => {
  for (const [path, target, folders] of [
    ['t/l', 'a', []],
    ['t/l', '../u', []],
    ['t/d/l', '../../u', []],
    ['t/d/l', './.././a//b/', []],
    ['l', '...', []],
    ['l', '.', []],
    ['t/l', 'a/..', ['t/a']],
    ['t/l', '../a/../b', ['a']],
    ['t/l', 'a/b/../../../c', ['t/a/b', 't/a', 't']],
  ] as const) {
    it(`takes ${path} -> ${target}, if ${folders.join(' and ') || 'nothing'} is a folder`, () => {
      expect(foldersOnTheWay(path, target)).to.deep.equal(folders);
    });
  }

  for (const [path, target] of [
    ['l', '..'],
    ['t/l', '../..'],
    ['t/l', 'a/../../..'],
    ['t/l', '/'],
    ['t/l', '/t/a'],
    ['t/l', ''],
    ['t/l', 'a\0b'],
    ['t/l', 'a/'.repeat(2049)],
  ] as const) {
    it(`refuses ${path} -> ${target.slice(0, 20)}`, () => {
      expect(() => foldersOnTheWay(path, target)).to.throw(UnsafeNameError);
    });
  }

  it('takes no set of links by which one could leave, however they lead through each other', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    const target = fc.array(fc.constantFrom('a', 'b', 'c', '..', '..', '.'), { minLength: 1, maxLength: 5 });
    const link = fc.tuple(
      path,
      target.map((parts) => parts.join('/')),
    );
    fc.assert(
      fc.property(fc.array(path), fc.array(link, { minLength: 1, maxLength: 6 }), (made, given) => {
        const folders = new Set(made.flatMap((at) => [at, dirname(at), dirname(dirname(at))]));
        const links = new Map<string, string>();
        for (const [at, to] of given) {
          // As the writer has it: no folder becomes a link, and nothing lies below a link.
          if (folders.has(at) || !(dirname(at) === '.' || folders.has(dirname(at)))) continue;
          try {
            if (!foldersOnTheWay(at, to).every((folder) => folders.has(folder))) continue;
          } catch {
            continue;
          }
          links.set(at, to);
        }
        for (const at of links.keys()) expect(resolvesInside(at, links)).to.equal(true);
      }),
      { numRuns: 5000 },
    );
  });
});

/** Walks a path as a kernel does; `..` above the root is leaving. */
function resolvesInside(path: string, links: ReadonlyMap<string, string>): boolean {
  const todo = path.split('/');
  const at: string[] = [];
  for (let steps = 0; steps < 200; steps += 1) {
    const part = todo.shift();
    if (part === undefined) return true;
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (at.pop() === undefined) return false;
      continue;
    }
    const to = links.get([...at, part].join('/'));
    if (to === undefined) at.push(part);
    else todo.unshift(...to.split('/'));
  }
  return true; // A loop, which a kernel refuses.
}

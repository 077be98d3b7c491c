import { posix } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { assertLinkInside, createArchiveNames, UnsafeNameError } from '../../lib/podman/archive-names.js';

describe('createArchiveNames', () => {
  for (const [title, names, relative] of [
    ["Podman's names of a folder", ['t', 't/a', 't/a/b'], ['', 'a', 'a/b']],
    ['folders with a slash at their end', ['t/', 't/a/'], ['', 'a']],
    ["Podman's names of the root folder", ['/', '/bin', '/bin/sh'], ['', 'bin', 'bin/sh']],
    ['names below a dot', ['.', './a'], ['', 'a']],
    ['odd, but plain names', ['t', 't/...', 't/..a', 't/ ', 't/a\nb'], ['', '...', '..a', ' ', 'a\nb']],
  ] as const) {
    it(`reads ${title}`, () => {
      const reader = createArchiveNames();
      expect(names.map((name) => reader.toRelative(name))).to.deep.equal(relative);
    });
  }

  it('gives nothing but plain relative paths', () => {
    const part = fc.constantFrom('t', '..', '.', '', 'a', '\0', '...');
    const name = fc.array(part, { maxLength: 5 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), (names) => {
        const reader = createArchiveNames();
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

describe('assertLinkInside', () => {
  for (const [path, target] of [
    ['t/l', 'a'],
    ['t/l', '../u'],
    ['t/d/l', '../../u'],
    ['t/d/l', './.././a'],
    ['l', '...'],
    ['l', '.'],
  ] as const) {
    it(`takes ${path} -> ${target}`, () => {
      assertLinkInside(path, target);
    });
  }

  for (const [path, target] of [
    ['l', '..'],
    ['t/l', '../..'],
    ['t/l', '/'],
    ['t/l', '/t/a'],
    ['t/l', 'a/..'],
    ['t/l', '../a/../b'],
    ['t/l', ''],
  ] as const) {
    it(`refuses ${path} -> ${target}`, () => {
      expect(() => {
        assertLinkInside(path, target);
      }).to.throw(UnsafeNameError);
    });
  }

  it('takes no set of links by which one could leave, however they lead through each other', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    const target = fc.array(fc.constantFrom('a', 'b', 'c', '..', '.'), { minLength: 1, maxLength: 5 });
    const link = fc.tuple(
      path,
      target.map((parts) => parts.join('/')),
    );
    fc.assert(
      fc.property(fc.array(link, { minLength: 1, maxLength: 6 }), path, (given, start) => {
        const links = new Map<string, string>();
        for (const [at, to] of given) {
          // As the writer has it: nothing lies below a link, and no folder becomes one.
          if ([...links.keys()].some((other) => at.startsWith(`${other}/`) || other.startsWith(`${at}/`)))
            continue;
          try {
            assertLinkInside(at, to);
          } catch {
            continue;
          }
          links.set(at, to);
        }
        for (const at of [start, ...links.keys()]) expect(resolvesInside(at, links)).to.equal(true);
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

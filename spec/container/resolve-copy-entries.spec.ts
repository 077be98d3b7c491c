import { expect } from 'chai';
import type { CopyEntry } from '../../lib/container/copy.js';
import { resolveCopyEntries } from '../../lib/container/resolve-copy-entries.js';
import { InvalidArgumentError } from '../../lib/errors.js';

const NOW = new Date('2026-01-02T03:04:05.678Z');

function resolveOne(entry: object) {
  return resolveCopyEntries([entry as CopyEntry], NOW)[0]!;
}

function refusal(entries: unknown): InvalidArgumentError {
  try {
    resolveCopyEntries(entries as CopyEntry[], NOW);
  } catch (error) {
    expect(error).to.be.instanceOf(InvalidArgumentError);
    return error as InvalidArgumentError;
  }
  throw new Error('nothing was refused');
}

async function* noBytes(): AsyncGenerator<Uint8Array> {
  // It is never read.
}

describe('resolveCopyEntries', () => {
  it('fills in the defaults of a file', () => {
    expect(resolveOne({ path: '/a', content: 'ä' })).to.deep.equal({
      kind: 'file',
      path: '/a',
      uid: 0,
      gid: 0,
      mode: 0o644,
      mtime: NOW,
      content: Buffer.from('ä'),
      sizeBytes: 2,
    });
  });

  it('fills in the defaults of a folder', () => {
    const expected = { kind: 'directory', path: '/a', uid: 0, gid: 0, mode: 0o755, mtime: NOW };
    expect(resolveOne({ path: '/a', directory: true })).to.deep.equal(expected);
  });

  it('fills in the defaults of a link', () => {
    const expected = { kind: 'symlink', path: '/a', uid: 0, gid: 0, target: '../b', mtime: NOW };
    expect(resolveOne({ path: '/a', symlink: '../b' })).to.deep.equal(expected);
  });

  it("leaves mode and time of this machine's files to them", () => {
    const expected = { kind: 'host', path: '/a', uid: 0, gid: 0, from: 'x', field: 'entries[0].from' };
    expect(resolveOne({ path: '/a', from: 'x' })).to.deep.equal({
      ...expected,
      mode: undefined,
      mtime: undefined,
    });
  });

  it('keeps mode 0, the time 0 and the largest owner', () => {
    const mtime = new Date(0);
    const entry = resolveOne({ path: '/a', content: '', mode: 0, mtime, uid: 4_294_967_294, gid: 1 });
    expect(entry).to.include({ mode: 0, mtime, uid: 4_294_967_294, gid: 1 });
  });

  it('takes a stream with its size', () => {
    expect(resolveOne({ path: '/a', content: noBytes(), sizeBytes: 0 })).to.include({ sizeBytes: 0 });
  });

  for (const [given, normal] of [
    ['/a/', '/a'],
    ['/a/.', '/a'],
    ['//a///b/./c//', '/a/b/c'],
    ['/', '/'],
    ['/./', '/'],
    ['/a/...', '/a/...'],
  ] as const) {
    it(`reads the path ${given} as ${normal}`, () => {
      expect(resolveOne({ path: given, directory: true }).path).to.equal(normal);
    });
  }

  const refused: readonly (readonly [string, unknown, string])[] = [
    ['a relative path', { path: 'a', content: '' }, 'entries[0].path'],
    ['".." in the path', { path: '/a/../b', content: '' }, 'entries[0].path'],
    ['a NUL in the path', { path: '/a\0', content: '' }, 'entries[0].path'],
    ['half a surrogate pair in the path', { path: '/a\ud800', content: '' }, 'entries[0].path'],
    ['a file as the root folder', { path: '/', content: '' }, 'entries[0].path'],
    ['a link as the root folder', { path: '/.', symlink: 'x' }, 'entries[0].path'],
    ['no kind', { path: '/a' }, 'entries[0]'],
    ['two kinds', { path: '/a', content: '', directory: true }, 'entries[0]'],
    ['no object', null, 'entries[0]'],
    ['an unknown field', { path: '/a', content: '', owner: 1 }, 'entries[0].owner'],
    ["another kind's field", { path: '/a', directory: true, sizeBytes: 1 }, 'entries[0].sizeBytes'],
    ['directory: false', { path: '/a', directory: false }, 'entries[0].directory'],
    ['an empty link', { path: '/a', symlink: '' }, 'entries[0].symlink'],
    ['an empty host path', { path: '/a', from: '' }, 'entries[0].from'],
    ['content that is a number', { path: '/a', content: 1 }, 'entries[0].content'],
    ['a stream without a size', { path: '/a', content: noBytes() }, 'entries[0].sizeBytes'],
    [
      'a size that is not that of the bytes',
      { path: '/a', content: 'ab', sizeBytes: 1 },
      'entries[0].sizeBytes',
    ],
    ['a broken size', { path: '/a', content: noBytes(), sizeBytes: 1.5 }, 'entries[0].sizeBytes'],
    ['a mode with type bits', { path: '/a', content: '', mode: 0o100644 }, 'entries[0].mode'],
    ['a negative uid', { path: '/a', content: '', uid: -1 }, 'entries[0].uid'],
    ['the gid that means "leave it"', { path: '/a', content: '', gid: 4_294_967_295 }, 'entries[0].gid'],
    ['an invalid date', { path: '/a', content: '', mtime: new Date(Number.NaN) }, 'entries[0].mtime'],
    ['a number for a date', { path: '/a', content: '', mtime: 1 }, 'entries[0].mtime'],
  ];
  for (const [title, entry, field] of refused) {
    it(`refuses ${title} with INVALID_ARGUMENT, naming ${field}`, () => {
      expect(refusal([entry])).to.include({ code: 'INVALID_ARGUMENT', field });
    });
  }

  it('names the entry that it refuses', () => {
    expect(
      refusal([
        { path: '/a', content: '' },
        { path: 'b', content: '' },
      ]),
    ).to.include({
      field: 'entries[1].path',
      value: 'b',
    });
  });

  it('refuses what is not a list with INVALID_ARGUMENT', () => {
    expect(refusal({ path: '/a', content: '' })).to.include({ field: 'entries' });
  });
});

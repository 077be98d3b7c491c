import { expect } from 'chai';
import { resolveCopyFromOptions } from '../../lib/container/resolve-copy-from-options.js';
import { InvalidArgumentError } from '../../lib/errors.js';

describe('resolveCopyFromOptions', () => {
  it('fills in the defaults', () => {
    expect(resolveCopyFromOptions('/a/b', 'out', {})).to.deep.equal({
      path: '/a/b',
      name: 'b',
      targetFolder: 'out',
      symlinks: 'keep',
      maxEntries: 100_000,
      maxBytes: 16 * 1024 ** 3,
      filter: undefined,
      signal: undefined,
    });
  });

  for (const [given, path, name] of [
    ['/a/', '/a', 'a'],
    ['//a/./b//', '/a/b', 'b'],
    ['/a/.', '/a', undefined],
    ['/a/.//', '/a', undefined],
    ['/a/b.', '/a/b.', 'b.'],
    ['/', '/', undefined],
    ['/.', '/', undefined],
  ] as const) {
    it(`reads ${given} as ${path}, called ${name ?? 'nothing: only what is in it'}`, () => {
      expect(resolveCopyFromOptions(given, 'out', {})).to.include({ path, name });
    });
  }

  const refused: readonly (readonly [string, string, string, object, string])[] = [
    ['a relative path', 'a', 'out', {}, 'path'],
    ['".." in the path', '/a/..', 'out', {}, 'path'],
    ['no target folder', '/a', '', {}, 'targetFolder'],
    ['another word for links', '/a', 'out', { symlinks: 'follow' }, 'symlinks'],
    ['no entries', '/a', 'out', { maxEntries: 0 }, 'maxEntries'],
    ['negative bytes', '/a', 'out', { maxBytes: -1 }, 'maxBytes'],
    ['a filter that is text', '/a', 'out', { filter: '*.rpm' }, 'filter'],
  ];
  for (const [title, path, folder, options, field] of refused) {
    it(`refuses ${title} with INVALID_ARGUMENT`, () => {
      const act = () => resolveCopyFromOptions(path, folder, options);
      expect(act).to.throw(InvalidArgumentError).that.includes({ code: 'INVALID_ARGUMENT', field });
    });
  }
});

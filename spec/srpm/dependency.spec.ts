import { expect } from 'chai';
import type { RpmDependency } from '../../lib/srpm/dependency.js';
import { readSrpm } from '../../lib/srpm/read-srpm.js';
import type { SrpmHeader } from '../../lib/srpm/rpm-header.js';
import { buildSrpm, SOURCE_TAGS, withTags } from './build-rpm.js';

/** rpm's bits (include/rpm/rpmds.h) and its words for them (`:deptype`). */
const TYPES = {
  5: 'posttrans',
  6: 'prereq',
  7: 'pretrans',
  8: 'interp',
  9: 'pre',
  10: 'post',
  11: 'preun',
  12: 'postun',
  13: 'verify',
  14: 'auto',
  15: 'auto',
  19: 'missingok',
  20: 'preuntrans',
  21: 'postuntrans',
  24: 'rpmlib',
  28: 'config',
  29: 'meta',
} as const;

const COMPARISONS = { 0: undefined, 2: '<', 4: '>', 6: '<>', 8: '=', 10: '<=', 12: '>=', 14: '<>=' } as const;

describe('a dependency', () => {
  for (const [bit, type] of Object.entries(TYPES)) {
    it(`is ${type} with bit ${bit}`, async () => {
      expect((await first('a', 2 ** Number(bit), '')).types).to.deep.equal([type]);
    });
  }

  for (const [flags, comparison] of Object.entries(COMPARISONS)) {
    it(`compares with ${comparison ?? 'nothing'} at flags ${flags}`, async () => {
      expect(await first('a', Number(flags), '1')).to.deep.include({
        comparison,
        text: ['a', comparison, '1'].filter((part) => part !== undefined).join(' '),
        evr: { epoch: undefined, version: '1', release: undefined },
      });
    });
  }

  it('is on a feature of rpm by its name or by its flag', async () => {
    const header = await readSrpm(
      withDependencies(['rpmlib(Feature)', 'Feature', 'other'], [0, 2 ** 24, 0], ['1', '1', '']),
    );
    expect(header.rpmlib.map(({ name }) => name)).to.deep.equal(['rpmlib(Feature)', 'Feature']);
    expect(header.buildRequires.map(({ name }) => name)).to.deep.equal(['other']);
  });

  it('is a name alone where the header has no versions and flags', async () => {
    const rpm = buildSrpm(withTags(SOURCE_TAGS, [1049, 'strings', ['a', 'b']]));
    const { buildRequires } = await readSrpm(rpm);
    expect(buildRequires.map(({ text, flags }) => [text, flags])).to.deep.equal([
      ['a', 0],
      ['b', 0],
    ]);
  });

  it('on DynamicBuildRequires says that the list is not all', async () => {
    const dynamic = async (name: string): Promise<SrpmHeader['dynamicBuildRequires']> =>
      (await readSrpm(withDependencies([name], [2 ** 24], ['4.15.0-1']))).dynamicBuildRequires;
    expect(await dynamic('rpmlib(DynamicBuildRequires)')).to.equal(true);
    expect(await dynamic('rpmlib(FileDigests)')).to.equal(false);
  });
});

function withDependencies(names: string[], flags: number[], versions: string[]): Buffer {
  return buildSrpm(
    withTags(SOURCE_TAGS, [1048, 'int32', flags], [1049, 'strings', names], [1050, 'strings', versions]),
  );
}

async function first(name: string, flags: number, version: string): Promise<RpmDependency> {
  const { dependencies } = await readSrpm(withDependencies([name], [flags], [version]));
  const [dependency] = dependencies.requires;
  return dependency!;
}

import { expect } from 'chai';
import { readPlanSrpm } from '../../lib/buildroot/read-plan-srpm.js';
import { buildHeader, buildRpm, SOURCE_TAGS, withTags, type TagValue } from '../srpm/build-rpm.js';
import { refusalOf } from './refusal.js';

const IMMUTABLE = 63;

function made(...tags: readonly TagValue[]): Buffer {
  return buildRpm(buildHeader(withTags(SOURCE_TAGS, ...tags), IMMUTABLE));
}

describe('readPlanSrpm', () => {
  it('gives the least that a source package says, with null for the rest', async () => {
    const { srpm } = await readPlanSrpm(made(), undefined, undefined);
    expect(srpm).to.deep.include({
      fileName: 'made-1.0-1.src.rpm',
      nevra: 'made-1.0-1.src',
      epoch: null,
      specFile: 'made.spec',
      buildRequires: [],
      buildTime: null,
      buildHost: null,
      rpmVersion: null,
      signatures: [],
    });
    expect(JSON.parse(JSON.stringify(srpm))).to.deep.equal(srpm);
  });

  it('names a signature that cannot be read', async () => {
    const header = buildHeader(SOURCE_TAGS, IMMUTABLE);
    const bytes = buildRpm(header, { signatures: [[268, 'binary', Buffer.from('garbage')]] });
    const { srpm } = await readPlanSrpm(bytes, undefined, undefined);
    const [signature] = srpm.signatures;
    expect(signature).to.include({ tag: 'RSA', covers: 'header', keyId: null, algorithm: null });
    expect(signature?.problem).to.be.a('string');
  });

  it('rejects a package without a spec with SRPM_INVALID', async () => {
    const bytes = made([1117, 'strings', ['made.tar']], [1037, 'int32', [0]]);
    const error = await refusalOf(() => readPlanSrpm(bytes, 'x.src.rpm', undefined));
    expect(error).to.include({ code: 'SRPM_INVALID', message: 'x.src.rpm: has no spec file' });
  });

  for (const name of ['../made', '.made', 'a/b']) {
    it(`rejects the name ${name}, which would be a path, with SRPM_INVALID`, async () => {
      const error = await refusalOf(() => readPlanSrpm(made([1000, 'string', [name]]), undefined, undefined));
      expect(error.code).to.equal('SRPM_INVALID');
    });
  }
});

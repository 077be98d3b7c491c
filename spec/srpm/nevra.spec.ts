import { expect } from 'chai';
import { InvalidArgumentError } from '../../lib/errors.js';
import { formatNevra, parseNevra } from '../../lib/srpm/nevra.js';

describe('parseNevra', () => {
  const CASES = {
    'bash-5.2-3.fc40.x86_64': ['bash', undefined, '5.2', '3.fc40', 'x86_64'],
    'gtk+-2.0-devel-1:2.0~rc1-1^git2.noarch': ['gtk+-2.0-devel', 1, '2.0~rc1', '1^git2', 'noarch'],
    'foo-0:1-1.src': ['foo', 0, '1', '1', 'src'],
    'gpg-pubkey-1964c5fc-58e63918.(none)': ['gpg-pubkey', undefined, '1964c5fc', '58e63918', '(none)'],
  } as const;
  for (const [text, [name, epoch, version, release, arch]] of Object.entries(CASES)) {
    it(`splits ${text}`, () => {
      expect(parseNevra(text)).to.deep.equal({ name, epoch, version, release, arch });
    });

    it(`splits ${text} as a file name, and formatNevra writes it without .rpm`, () => {
      expect(formatNevra(parseNevra(`${text}.rpm`))).to.equal(text);
    });
  }

  for (const text of ['', 'bash', 'bash-5.2.x86_64', 'bash-5.2-3', '-1-2.src', 'a-1-2.', 'a-x:1-2-3']) {
    it(`rejects ${JSON.stringify(text)} with INVALID_ARGUMENT`, () => {
      expect(() => parseNevra(text)).to.throw(InvalidArgumentError, 'name-[epoch:]version-release.arch');
    });
  }

  it('answers at once for what nearly fits', () => {
    const start = performance.now();
    expect(() => parseNevra(`${'-1.1'.repeat(50_000)}-`)).to.throw(InvalidArgumentError);
    expect(performance.now() - start).to.be.below(1000);
  });
});

import { expect } from 'chai';
import { InvalidArgumentError } from '../../lib/errors.js';
import { assertArchAllowed, type BuildRestrictions } from '../../lib/srpm/assert-arch-allowed.js';
import { readSrpm } from '../../lib/srpm/read-srpm.js';
import { SrpmError } from '../../lib/srpm/srpm-error.js';
import { fixturePath } from './fixtures.js';

const NONE: BuildRestrictions = {
  file: 'foo.src.rpm',
  buildArchs: [],
  exclusiveArch: [],
  excludeArch: [],
  exclusiveOs: [],
  excludeOs: [],
};

describe('assertArchAllowed', () => {
  context('when nothing is restricted', () => {
    it('allows any target', () => {
      assertArchAllowed(NONE, 'x86_64');
      assertArchAllowed(NONE, 'noarch', { arch: 's390x' });
    });
  });

  context('when ExclusiveArch is given', () => {
    const header = { ...NONE, exclusiveArch: ['X86_64', 'aarch64'] };

    it('allows what it names, in any case', () => {
      assertArchAllowed(header, 'x86_64');
      assertArchAllowed(header, 'AARCH64');
    });

    it('rejects others with SRPM_ARCH_EXCLUDED', () => {
      expect(reason(header, 's390x')).to.equal(
        'foo.src.rpm: cannot be built for s390x: s390x is not among X86_64, aarch64 (ExclusiveArch)',
      );
    });

    it('rejects what could run on what it names, as rpmbuild does', () => {
      expect(reason({ ...NONE, exclusiveArch: ['i386'] }, 'i686')).to.match(/ExclusiveArch/);
    });
  });

  context('when ExcludeArch is given', () => {
    const header = { ...NONE, excludeArch: ['s390x'], exclusiveArch: ['s390x', 'x86_64'] };

    it('rejects what it names with SRPM_ARCH_EXCLUDED, also when ExclusiveArch names it', () => {
      expect(reason(header, 's390x')).to.match(/it excludes s390x \(ExcludeArch\)$/);
    });

    it('allows others', () => {
      assertArchAllowed(header, 'x86_64');
    });
  });

  context('when the package is noarch', () => {
    const header = { ...NONE, buildArchs: ['noarch'], exclusiveArch: ['x86_64', 'noarch'] };

    it("asks for the machine's architecture, as rpmbuild does", () => {
      assertArchAllowed(header, 'x86_64');
      assertArchAllowed(header, 'noarch', { arch: 'x86_64' });
      assertArchAllowed(header, 'i686', { arch: 'x86_64' });
      expect(reason(header, 'noarch', { arch: 'ppc64le' })).to.match(/ppc64le is not among/);
      expect(reason(header, 's390x')).to.match(/s390x is not among/);
    });

    it('rejects with INVALID_ARGUMENT when the machine is not known', () => {
      expect(() => {
        assertArchAllowed(header, 'noarch');
      }).to.throw(InvalidArgumentError, 'machine.arch must be given when the target is noarch');
    });
  });

  context('when BuildArch names architectures', () => {
    const header = { ...NONE, buildArchs: ['i586', 'i686', 'x86_64'] };

    it('allows a target that can build one of them', () => {
      assertArchAllowed(header, 'i686');
      assertArchAllowed(header, 'x86_64');
      assertArchAllowed(header, 'athlon');
    });

    it('rejects a target that can build none with SRPM_ARCH_EXCLUDED', () => {
      expect(reason(header, 'i386')).to.match(/it builds for i586, i686, x86_64 alone \(BuildArch\)$/);
    });

    it('rejects when one of those that are built is excluded', () => {
      expect(reason({ ...header, excludeArch: ['i586'] }, 'i686')).to.match(/it excludes i586/);
    });
  });

  context('when the operating system is restricted', () => {
    it('takes linux unless told otherwise', () => {
      assertArchAllowed({ ...NONE, exclusiveOs: ['Linux'] }, 'x86_64');
      expect(reason({ ...NONE, excludeOs: ['linux'] }, 'x86_64')).to.match(
        /it excludes linux \(ExcludeOS\)$/,
      );
      expect(reason({ ...NONE, exclusiveOs: ['linux'] }, 'x86_64', { os: 'darwin' })).to.match(
        /darwin is not among linux \(ExclusiveOS\)$/,
      );
    });
  });

  context('when the header is real', () => {
    it('refuses rpmtests-test-exclusivearch, which rpmbuild refuses with "Architecture is not included"', async () => {
      const header = await readSrpm(fixturePath('rpmtests-test-exclusivearch.src.rpm'));
      expect(reason(header, 'x86_64')).to.match(
        /cannot be built for x86_64: x86_64 is not among .* \(ExclusiveArch\)/,
      );
    });

    it('allows lcov, which is noarch, everywhere', async () => {
      const header = await readSrpm(fixturePath('lcov-1.16-1.src.rpm'));
      expect(header.buildArchs).to.deep.equal(['noarch']);
      assertArchAllowed(header, 'aarch64');
    });
  });
});

function reason(...parameters: Parameters<typeof assertArchAllowed>): string {
  try {
    assertArchAllowed(...parameters);
  } catch (error) {
    expect(error).to.be.instanceOf(SrpmError).with.property('code', 'SRPM_ARCH_EXCLUDED');
    return (error as SrpmError).message;
  }
  return expect.fail('it was allowed');
}

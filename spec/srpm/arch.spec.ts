import { expect } from 'chai';
import { canBuildArch, canonicalArch } from '../../lib/srpm/arch.js';

describe('canonicalArch', () => {
  const CASES = {
    i386: 'i386',
    i686: 'i386',
    athlon: 'i386',
    ia32e: 'x86_64',
    x86_64: 'x86_64',
    x86_64_v2: 'x86_64_v2',
    ppc64le: 'ppc64le',
    ppc64: 'ppc64',
    ppc64p7: 'ppc64',
    ppc: 'ppc',
    sparc64v: 'sparc64',
    sparcv9: 'sparc',
    alphaev6: 'alpha',
    armv7hl: 'armhfp',
    armv7hnl: 'armhfp',
    armhfp: 'armhfp',
    armv5tel: 'arm',
    aarch64: 'aarch64',
    s390x: 's390x',
    noarch: 'noarch',
    src: 'src',
  };
  for (const [arch, canonical] of Object.entries(CASES)) {
    it(`takes ${arch} for ${canonical}`, () => {
      expect(canonicalArch(arch)).to.equal(canonical);
    });
  }
});

describe('canBuildArch', () => {
  const YES = ['x86_64 x86_64', 'x86_64 noarch', 'i686 i386', 'athlon i586', 'pentium4 i486', 'geode i386'];
  const YES_TOO = [
    'x86_64_v4 x86_64',
    'ia32e x86_64',
    'armv8hnl armv7hnl',
    'armv8hcnl armv6hl',
    'armv8l armv3l',
  ];
  const NO = [
    'x86_64 i686',
    'i386 i686',
    'x86_64 x86_64_v2',
    'armv7hl armv7l',
    'ppc64le ppc64',
    'aarch64 armv8hl',
  ];
  for (const pair of [...YES, ...YES_TOO]) {
    it(`knows that ${pair.replace(' ', ' builds ')}`, () => {
      expect(canBuildArch(...split(pair))).to.equal(true);
    });
  }
  for (const pair of NO) {
    it(`knows that ${pair.replace(' ', ' does not build ')}`, () => {
      expect(canBuildArch(...split(pair))).to.equal(false);
    });
  }
});

function split(pair: string): [string, string] {
  return pair.split(' ') as [string, string];
}

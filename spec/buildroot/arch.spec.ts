import { expect } from 'chai';
import { personalityPrefix, resolveArch } from '../../lib/buildroot/arch.js';
import { refusalOf } from './refusal.js';

describe('resolveArch', () => {
  it('takes the machine to be the target when nothing is said', () => {
    expect(resolveArch('aarch64', undefined)).to.deep.equal({
      target: 'aarch64',
      buildroot: 'aarch64',
      canonical: 'aarch64',
      host: 'aarch64',
      personality: null,
    });
  });

  it('builds i686 on x86_64, with the repositories of i386 and a 32-bit personality', () => {
    const arch = resolveArch('i686', undefined);
    expect(arch).to.deep.equal({
      target: 'i686',
      buildroot: 'i686',
      canonical: 'i386',
      host: 'x86_64',
      personality: 'linux32',
    });
    expect(personalityPrefix(arch)).to.deep.equal(['setarch', 'linux32']);
  });

  it('builds i686 on a 32-bit machine without a personality', () => {
    expect(resolveArch('i686', 'i686').personality).to.equal(null);
  });

  it('builds noarch in a buildroot of the machine', () => {
    const arch = resolveArch('noarch', 's390x');
    expect([arch.target, arch.buildroot, arch.canonical]).to.deep.equal(['noarch', 's390x', 's390x']);
  });

  it('calls armhfp armv7hl, as Koji does', () => {
    const arch = resolveArch('armhfp', 'aarch64');
    expect([arch.target, arch.canonical, arch.personality]).to.deep.equal(['armv7hl', 'armhfp', 'linux32']);
  });

  for (const [target, host] of [
    ['x86_64_v2', 'x86_64'],
    ['i386', 'x86_64'],
    ['s390', 's390x'],
    ['riscv64', 'riscv64'],
  ] as const) {
    it(`builds ${target} on ${host}`, () => {
      expect(resolveArch(target, undefined).host).to.equal(host);
    });
  }

  for (const [target, host] of [
    ['aarch64', 'x86_64'],
    ['x86_64', 'i686'],
    ['ppc64le', 'ppc64'],
    ['x86_64', 'x86_64_v2'],
  ] as const) {
    it(`refuses ${target} on ${host} with ARCH_INCOMPATIBLE`, async () => {
      const error = await refusalOf(() => resolveArch(target, host));
      expect(error.code).to.equal('ARCH_INCOMPATIBLE');
      expect(error.message).to.include(target).and.to.include(host);
    });
  }

  for (const [arch, host, field] of [
    ['noarch', undefined, 'hostArch'],
    ['noarch', 'noarch', 'hostArch'],
    ['x86 64', undefined, 'arch'],
    ['', undefined, 'arch'],
    ['x86_64', '../x', 'hostArch'],
  ] as const) {
    it(`refuses ${JSON.stringify(arch)} on ${JSON.stringify(host)} with INVALID_ARGUMENT`, async () => {
      expect(await refusalOf(() => resolveArch(arch, host))).to.include({ code: 'INVALID_ARGUMENT', field });
    });
  }
});

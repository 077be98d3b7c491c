import { expect } from 'chai';
import { InvalidArgumentError } from '../../lib/errors.js';
import { currentOwner } from '../../lib/owner.js';
import {
  resolvePodmanManagerOptions,
  type PodmanManagerOptions,
} from '../../lib/podman/podman-manager-options.js';

const address = 'unix:///run/podman/podman.sock';

describe('resolvePodmanManagerOptions', () => {
  it('fills in the defaults', () => {
    const { owner, ...rest } = resolvePodmanManagerOptions({ address });
    expect(rest).to.eql({
      address: { kind: 'unix', path: '/run/podman/podman.sock' },
      requestTimeoutMs: 120_000,
      retries: 3,
    });
    expect(owner()).to.equal(currentOwner());
  });

  it('keeps what is given', () => {
    const owner = { ...currentOwner(), id: 'mine' };
    const resolved = resolvePodmanManagerOptions({ address, owner, requestTimeoutMs: 5, retries: 0 });
    expect(resolved).to.include({ requestTimeoutMs: 5, retries: 0 });
    expect(resolved.owner()).to.equal(owner);
  });

  for (const [field, value] of [
    ['address', ''],
    ['address', 'podman.sock'],
    ['address', undefined],
    ['requestTimeoutMs', -1],
    ['requestTimeoutMs', 2 ** 31],
    ['requestTimeoutMs', 1.5],
    ['retries', 21],
    ['retries', -1],
    ['retries', '3'],
  ] as const) {
    it(`rejects ${field} ${String(value)} with INVALID_ARGUMENT`, () => {
      const options = { address, [field]: value } as unknown as PodmanManagerOptions;
      expect(() => resolvePodmanManagerOptions(options))
        .to.throw(InvalidArgumentError)
        .that.includes({ code: 'INVALID_ARGUMENT', field });
    });
  }
});

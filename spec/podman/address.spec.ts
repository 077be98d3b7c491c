import { expect } from 'chai';
import { InvalidArgumentError } from '../../lib/errors.js';
import { parsePodmanAddress } from '../../lib/podman/address.js';

describe('parsePodmanAddress', () => {
  for (const [text, address] of Object.entries({
    'unix:///run/podman/podman.sock': { kind: 'unix', path: '/run/podman/podman.sock' },
    'unix:///with space/ü.sock': { kind: 'unix', path: '/with space/ü.sock' },
    'tcp://builder.example:2375': { kind: 'tcp', host: 'builder.example', port: 2375 },
    'tcp://127.0.0.1:1/': { kind: 'tcp', host: '127.0.0.1', port: 1 },
    'tcp://[::1]:65535': { kind: 'tcp', host: '[::1]', port: 65_535 },
  })) {
    it(`reads ${text}`, () => {
      expect(parsePodmanAddress('address', text)).to.eql(address);
    });
  }

  for (const text of [
    '',
    '/run/podman.sock',
    'unix://',
    'unix://relative.sock',
    'tcp://host',
    'tcp://host:0',
    'tcp://host:65536',
    'tcp://user@host:80',
    'tcp://host:80/path',
    'http://host:80',
    'ssh://host/run/podman.sock',
  ]) {
    it(`rejects "${text}" with INVALID_ARGUMENT`, () => {
      expect(() => parsePodmanAddress('address', text))
        .to.throw(InvalidArgumentError)
        .that.includes({ code: 'INVALID_ARGUMENT', field: 'address', value: text });
    });
  }

  it('says how a remote socket is reached', () => {
    expect(() => parsePodmanAddress('address', 'ssh://host')).to.throw(/ssh -L/);
  });
});

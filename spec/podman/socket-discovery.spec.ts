import { expect } from 'chai';
import { InvalidArgumentError, PodrootError } from '../../lib/errors.js';
import {
  defaultPodmanSources,
  findPodmanSocket,
  type PodmanSources,
} from '../../lib/podman/socket-discovery.js';

const USER_SOCKET = '/run/user/1000/podman/podman.sock';
const ROOT_SOCKET = '/run/podman/podman.sock';

function sources(uid: number | undefined, env: PodmanSources['env'], ...paths: string[]): PodmanSources {
  return { uid, env, exists: (path) => paths.includes(path) };
}

function failureOf(given: PodmanSources): PodrootError {
  try {
    findPodmanSocket(given);
  } catch (error) {
    if (error instanceof PodrootError) return error;
  }
  throw new Error('it found a socket');
}

describe('findPodmanSocket', () => {
  context('when CONTAINER_HOST is set', () => {
    for (const host of ['unix:///tmp/p.sock', 'tcp://build-host:8080']) {
      it(`gives ${host}, whatever is there`, () => {
        expect(findPodmanSocket(sources(0, { CONTAINER_HOST: host }, ROOT_SOCKET))).to.equal(host);
      });
    }

    it('rejects ssh with INVALID_ARGUMENT that says how to forward the socket', () => {
      const error = failureOf(sources(0, { CONTAINER_HOST: 'ssh://root@host/run/podman/podman.sock' }));
      expect(error).to.be.instanceOf(InvalidArgumentError).with.property('field', 'CONTAINER_HOST');
      expect(error.message).to.include('ssh -L');
    });

    it('looks further when it is empty', () => {
      expect(findPodmanSocket(sources(0, { CONTAINER_HOST: '' }, ROOT_SOCKET))).to.equal(
        `unix://${ROOT_SOCKET}`,
      );
    });
  });

  context('for root', () => {
    it("gives root's socket", () => {
      const env = { XDG_RUNTIME_DIR: '/run/user/1000' };
      expect(findPodmanSocket(sources(0, env, USER_SOCKET, ROOT_SOCKET))).to.equal(`unix://${ROOT_SOCKET}`);
    });

    it('rejects with RUNTIME_UNAVAILABLE when there is none', () => {
      const error = failureOf(sources(0, {}, USER_SOCKET));
      expect(error.code).to.equal('RUNTIME_UNAVAILABLE');
      expect(error.message).to.include(ROOT_SOCKET).and.include('"systemctl start podman.socket"');
    });
  });

  context('for a user', () => {
    it('gives the socket in the runtime folder', () => {
      const path = '/tmp/runtime/podman/podman.sock';
      const env = { XDG_RUNTIME_DIR: '/tmp/runtime' };
      expect(findPodmanSocket(sources(1000, env, USER_SOCKET, path))).to.equal(`unix://${path}`);
    });

    it('gives the socket below /run/user without a runtime folder', () => {
      expect(findPodmanSocket(sources(1000, {}, USER_SOCKET, ROOT_SOCKET))).to.equal(`unix://${USER_SOCKET}`);
    });

    it("rejects with RUNTIME_UNAVAILABLE and never takes root's", () => {
      const error = failureOf(sources(1000, { XDG_RUNTIME_DIR: '/tmp/runtime' }, ROOT_SOCKET));
      expect(error.code).to.equal('RUNTIME_UNAVAILABLE');
      expect(error.message)
        .to.include('no /tmp/runtime/podman/podman.sock, no /run/user/1000/podman/podman.sock')
        .and.include('"systemctl --user start podman.socket"');
    });
  });

  context('where users have no ids', () => {
    it('rejects with RUNTIME_UNAVAILABLE when there is no runtime folder either', () => {
      expect(failureOf(sources(undefined, {}, ROOT_SOCKET)).message).to.include('no runtime folder');
    });
  });
});

describe('defaultPodmanSources', () => {
  it('gives the environment, the user and the files of this process', () => {
    const { env, uid, exists } = defaultPodmanSources();
    expect(env).to.equal(process.env);
    expect(uid).to.equal(process.getuid?.());
    expect([exists('/'), exists('/no/such/path')]).to.deep.equal([true, false]);
  });
});

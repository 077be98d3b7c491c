import { expect } from 'chai';
import { ContainerError, type PodrootErrorCode } from '../../lib/errors.js';
import {
  isNeverSent,
  isTransient,
  parseFirstJson,
  toContainerError,
  toResponseError,
  type ErrorContext,
} from '../../lib/podman/wire-error.js';

const CONTEXT: ErrorContext = { operation: 'inspect', container: 'c1' };

function bodyOf(cause: string, message = `doing something: ${cause}`, response = 500): string {
  return `${JSON.stringify({ cause, message, response })}\n`;
}

describe('toResponseError', () => {
  const table: readonly (readonly [PodrootErrorCode, number, string, string])[] = [
    [
      'CONTAINER_NOT_FOUND',
      404,
      'no such container',
      'no container with name or ID "c1" found: no such container',
    ],
    ['IMAGE_NOT_FOUND', 500, 'image not known', 'localhost/x: image not known'],
    ['IMAGE_NOT_FOUND', 404, 'no such image', 'localhost/x: No such image: no such image'],
    [
      'IMAGE_IN_USE',
      409,
      'image is in use by a container',
      'image used by 05: image is in use by a container',
    ],
    ['NAME_IN_USE', 500, 'that name is already in use', 'the container name "a" is already in use by 05'],
    [
      'CONTAINER_NOT_RUNNING',
      500,
      'container state improper',
      'can only kill running containers. 05 is created',
    ],
    ['CONTAINER_NOT_RUNNING', 409, 'exec session state improper', 'exec session is not created'],
    ['EXEC_NOT_STARTED', 500, 'no matching entries in passwd file', 'unable to find user nobody2'],
    ['EXEC_NOT_STARTED', 500, 'no matching entries in group file', 'unable to find group nobody2'],
    [
      'EXEC_NOT_STARTED',
      500,
      'OCI runtime attempted to invoke a command that was not found',
      'runc: exec failed',
    ],
    ['EXEC_NOT_STARTED', 500, 'OCI permission denied', 'runc: exec failed'],
    [
      'NETWORK_NOT_FOUND',
      404,
      'network not found',
      'unable to find network with name or ID n: network not found',
    ],
    ['NETWORK_NOT_FOUND', 500, 'invalid network mode', '"none" is not supported: invalid network mode'],
    ['RUNTIME_ERROR', 500, 'write /var: no space left on device', 'committing: no space left on device'],
    ['RUNTIME_ERROR', 404, 'something new', 'something new'],
  ];
  for (const [code, status, cause, message] of table) {
    it(`gives ${code} for "${cause}", whatever the status`, () => {
      for (const given of [status, 500, 409]) {
        expect(toResponseError(given, bodyOf(cause, message, given), CONTEXT).code).to.equal(code);
      }
    });
  }

  it('carries the operation, the container, the status and the words of the service', () => {
    const error = toResponseError(500, bodyOf('OCI runtime error', 'runc: OCI runtime error'), CONTEXT);
    expect(error).to.be.instanceOf(ContainerError).and.to.deep.include({
      code: 'RUNTIME_ERROR',
      operation: 'inspect',
      container: 'c1',
      status: 500,
      runtimeMessage: 'runc: OCI runtime error',
    });
    expect(error.message).to.equal('inspect c1 failed: runc: OCI runtime error');
  });

  it('takes the cause before the message, which may quote anything', () => {
    const body = bodyOf(
      'container state improper',
      'cannot use image "no such container": container state improper',
    );
    expect(toResponseError(500, body, CONTEXT).code).to.equal('CONTAINER_NOT_RUNNING');
  });

  context('when a file is not found', () => {
    const body = bodyOf('no such file or directory', 'statfs /nowhere: no such file or directory');

    it('gives PATH_NOT_FOUND where paths of the container are meant', () => {
      for (const operation of ['copyTo', 'copyFrom', 'readFile']) {
        expect(toResponseError(404, body, { operation }).code).to.equal('PATH_NOT_FOUND');
      }
    });

    it('gives RUNTIME_ERROR elsewhere: it may be the source of a mount', () => {
      expect(toResponseError(500, body, { operation: 'create' }).code).to.equal('RUNTIME_ERROR');
    });
  });

  context('when a 404 has a cause that nobody knows', () => {
    it('gives what the caller says that it means', () => {
      const context: ErrorContext = { operation: 'removeImage', image: 'i', notFound: 'IMAGE_NOT_FOUND' };
      expect(toResponseError(404, bodyOf('new words'), context).code).to.equal('IMAGE_NOT_FOUND');
      expect(toResponseError(500, bodyOf('new words'), context).code).to.equal('RUNTIME_ERROR');
    });
  });

  context('when the answer is text', () => {
    it('gives NOT_SUPPORTED for a 404 or 405, which is about the endpoint and not the container', () => {
      const context: ErrorContext = { ...CONTEXT, notFound: 'CONTAINER_NOT_FOUND' };
      for (const [status, text] of [
        [404, 'Not Found\n'],
        [405, 'Method Not Allowed\n'],
        [404, ''],
      ] as const) {
        expect(toResponseError(status, text, context).code).to.equal('NOT_SUPPORTED');
      }
    });

    it('gives RUNTIME_ERROR with the text otherwise', () => {
      const error = toResponseError(502, '<html>Bad gateway</html>', CONTEXT);
      expect(error).to.deep.include({ code: 'RUNTIME_ERROR', runtimeMessage: '<html>Bad gateway</html>' });
      expect(toResponseError(500, '', CONTEXT).message).to.equal('inspect c1 failed: HTTP status 500');
    });
  });

  context('when the body holds two documents', () => {
    const second = bodyOf('no such image', 'failed to find image', 404);
    for (const [name, between] of [
      ['a line each', ''],
      ['on one line', ' '],
    ] as const) {
      it(`takes the first: ${name}`, () => {
        const first = bodyOf('OCI runtime error', 'dumped {a:{} b:{c:"}{"}} {d:1}: OCI runtime error');
        const body = between === '' ? first + second : first.trim() + between + second;
        expect(toResponseError(500, body, CONTEXT)).to.deep.include({
          code: 'RUNTIME_ERROR',
          runtimeMessage: 'dumped {a:{} b:{c:"}{"}} {d:1}: OCI runtime error',
        });
      });
    }
  });

  context('when the message is a dump of kilobytes', () => {
    it('keeps the reason at its end', () => {
      const dump = `copier: &copier.request{${'Field:[]string(nil), '.repeat(250)}}: `;
      const error = toResponseError(
        500,
        bodyOf('exit status 1', `${dump}unlinkat /x: read-only file system`),
        CONTEXT,
      );
      expect(error.runtimeMessage).to.equal('unlinkat /x: read-only file system');
    });

    it('keeps the beginning where there is no dump', () => {
      const error = toResponseError(500, bodyOf('exit status 1', `first words ${'x'.repeat(5000)}`), CONTEXT);
      expect(error.runtimeMessage)
        .to.match(/^first words x+…$/)
        .and.to.have.lengthOf(2001);
    });

    it('keeps no more than 2000 characters of a long reason', () => {
      const error = toResponseError(500, bodyOf('exit status 1', `{}: ${'x'.repeat(5000)} end`), CONTEXT);
      expect(error.runtimeMessage)
        .to.match(/^x+ end$/)
        .and.to.have.lengthOf(2000);
    });
  });
});

describe('parseFirstJson', () => {
  it('gives nothing for what is no object', () => {
    for (const text of ['', 'null', '1', '"text"', 'Not Found', '{', '{"cause":', '}{'] as const) {
      expect(parseFirstJson(text)).to.equal(undefined);
    }
  });

  it('takes quotes and backslashes in strings for what they are', () => {
    const first = { cause: 'a "quoted" } \\', message: '{' };
    expect(parseFirstJson(`${JSON.stringify(first)}{"cause":"b"}`)).to.deep.equal(first);
  });
});

describe('toContainerError', () => {
  const { signal } = new AbortController();

  function failed(code: string): Error {
    return Object.assign(new Error(`it failed: ${code}`), { code });
  }

  it('gives RUNTIME_UNAVAILABLE, to be sent again, when no service was reached', () => {
    for (const code of ['ENOENT', 'ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT']) {
      const error = toContainerError(failed(code), CONTEXT, signal);
      expect(error).to.have.property('code', 'RUNTIME_UNAVAILABLE');
      expect([isNeverSent(error), isTransient(error)]).to.deep.equal([true, false]);
    }
  });

  it('does not send again what lacks the permission', () => {
    const error = toContainerError(failed('EACCES'), CONTEXT, signal);
    expect(error).to.have.property('code', 'RUNTIME_UNAVAILABLE');
    expect(isNeverSent(error)).to.equal(false);
  });

  it('gives CONNECTION_LOST, with its cause, when the connection broke', () => {
    for (const code of ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE', 'HPE_INVALID_CONSTANT']) {
      const cause = failed(code);
      const error = toContainerError(cause, CONTEXT, signal);
      expect(error).to.deep.include({ code: 'CONNECTION_LOST', cause, container: 'c1' });
      expect([isNeverSent(error), isTransient(error)]).to.deep.equal([false, true]);
    }
  });

  it('passes on what has a code of ours, and what is not the wire’s', () => {
    for (const error of [
      new ContainerError('CLOSED', 'closed', CONTEXT),
      new TypeError('theirs'),
      'text',
      null,
    ]) {
      expect(toContainerError(error, CONTEXT, signal)).to.equal(error);
    }
  });

  context('when the signal has aborted', () => {
    it('gives its reason, whatever failed', () => {
      const controller = new AbortController();
      controller.abort('the reason');
      expect(toContainerError(failed('ECONNRESET'), CONTEXT, controller.signal)).to.equal('the reason');
    });
  });
});

import { expect } from 'chai';
import { InvalidArgumentError } from '../../lib/errors.js';
import { parseImageName } from '../../lib/podman/image-reference.js';

describe('parseImageName', () => {
  const names: readonly (readonly [string, string, string])[] = [
    ['fedora', 'fedora', 'latest'],
    ['fedora:43', 'fedora', '43'],
    ['localhost/a', 'localhost/a', 'latest'],
    ['localhost:5000/a', 'localhost:5000/a', 'latest'],
    ['localhost:5000/a/b_c/d--e:v1.0-x_Y', 'localhost:5000/a/b_c/d--e', 'v1.0-x_Y'],
    ['[::1]:5000/a:1', '[::1]:5000/a', '1'],
    ['Registry.Example.com/a:1', 'Registry.Example.com/a', '1'],
  ];
  for (const [reference, repository, tag] of names) {
    it(`takes ${reference} apart`, () => {
      expect(parseImageName('reference', reference)).to.deep.equal({ repository, tag });
    });
  }

  const refused = [
    '',
    ' ',
    'UPPER',
    'localhost/UPPER:1',
    'a:',
    'a:b:c',
    'a:b/c:-x',
    'a b',
    'a//b',
    '/a',
    'a/',
    'a:.x',
    `a:${'x'.repeat(129)}`,
    `a@sha256:${'0'.repeat(64)}`,
    'a\0b',
    'https://registry/a',
  ];
  for (const reference of refused) {
    it(`rejects with INVALID_ARGUMENT: ${JSON.stringify(reference)}`, () => {
      expect(() => parseImageName('reference', reference))
        .to.throw(InvalidArgumentError)
        .with.property('field', 'reference');
    });
  }
});

import { expect } from 'chai';
import { quirksOf } from '../../lib/podman/quirks.js';

describe('quirksOf', () => {
  for (const version of ['4.0.0', '4.3.1', '4.9.4', '4.99.99-rhel', '4', '4.9-dev']) {
    it(`knows that ${version} takes no configuration with a commit`, () => {
      expect(quirksOf(version).commitTakesConfig).to.equal(false);
    });
  }

  for (const version of [
    '5.0.0',
    '5.0.0-rc1',
    '5',
    '5.4.2',
    '5.4.2-dev',
    '5.10.0',
    '6.0.0+git1',
    '10.0.0',
    'next',
  ]) {
    it(`knows that ${version} takes a configuration with a commit`, () => {
      expect(quirksOf(version).commitTakesConfig).to.equal(true);
    });
  }
});

import { expect } from 'chai';
import { faultCodeOf, faultNameOf } from '../../lib/koji/faults.js';
import { KojiError } from '../../lib/koji/koji-error.js';
import { readPhase, recordedPhases } from '../support/hub-recordings.js';

describe('faults', () => {
  it('have the names that upstream gives the codes', () => {
    expect([1000, 1004, 1005, 1009, 1012, 1014, 1019, 1024].map(faultNameOf)).to.deep.equal([
      'GenericError',
      'ActionNotAllowed',
      'BuildError',
      'RetryError',
      'BuildrootError',
      'ServerOffline',
      'ParameterError',
      'NameValidationError',
    ]);
  });

  it('are Unclassified where upstream has no class for them', () => {
    for (const code of [1, 0, -32700, 999, 1025]) expect(faultNameOf(code)).to.equal('Unclassified');
  });

  it('give the code for a name', () => {
    expect([
      faultCodeOf('BuildError'),
      faultCodeOf('AuthExpired'),
      faultCodeOf('Unclassified'),
    ]).to.deep.equal([1005, 1007, 1]);
  });

  it('are kinds of what upstream derives them from', () => {
    const kindsOf = (code: number): boolean[] =>
      (['GenericError', 'AuthError', 'BuildError', 'PluginError'] as const).map((name) =>
        new KojiError('echo', code, '').is(name),
      );
    expect(kindsOf(1007)).to.deep.equal([true, true, false, false]);
    expect(kindsOf(1012)).to.deep.equal([true, false, true, false]);
    expect(kindsOf(1017)).to.deep.equal([true, false, false, true]);
    expect(kindsOf(1)).to.deep.equal([false, false, false, false]);
  });

  it('are named in all of the recorded traffic, but for exceptions of Python’s', () => {
    const codes = recordedPhases()
      .flatMap(readPhase)
      .flatMap(({ response: { reading } }) =>
        reading !== undefined && reading !== null && 'fault' in reading ? [reading.fault[0]] : [],
      );
    expect(codes).to.have.lengthOf.above(100);
    expect(new Set(codes.filter((code) => faultNameOf(code) === 'Unclassified'))).to.deep.equal(new Set([1]));
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import { toMacroBody, toMacrosFile, type MacroValue } from '../../lib/buildroot/macros-file.js';
import { InvalidArgumentError } from '../../lib/errors.js';
import { expandLiteral, readMacrosFile } from './macro-reader.js';
import { NASTY_TEXTS } from './nasty-texts.js';

/** What rpm reads as the body of a macro, between two others that must stay what they are. */
function readBack(value: MacroValue): string {
  const file = toMacrosFile({
    before: 'one',
    macro: toMacroBody('macro', value),
    after: 'two',
  });
  const bodies = readMacrosFile(file);
  expect([...bodies.keys()]).to.deep.equal(['before', 'macro', 'after']);
  expect([bodies.get('before'), bodies.get('after')]).to.deep.equal(['one', 'two']);
  return bodies.get('macro') ?? '';
}

function refusal(name: string, value: MacroValue): InvalidArgumentError {
  try {
    toMacroBody(name, value);
  } catch (error) {
    if (error instanceof InvalidArgumentError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('macro file', () => {
  describe('toMacrosFile', () => {
    for (const text of NASTY_TEXTS) {
      it(`writes ${JSON.stringify(text.slice(0, 30))} so that rpm reads it`, () => {
        expect(expandLiteral(readBack({ literal: text }))).to.equal(text);
      });
    }

    it('writes any literal text so that rpm reads it', () => {
      const unit = fc.constantFrom(...Array.from(' \t\n\r%{}()[]\\"\'#$abé漢'));
      fc.assert(
        fc.property(fc.string({ unit, maxLength: 20 }), (text) => {
          expect(expandLiteral(readBack({ literal: text }))).to.equal(text);
        }),
        { numRuns: 2000 },
      );
    });

    it('keeps a body that has line breaks, and the macros in it', () => {
      const body = '%{?scl:%{scl}-}cc \\\n  -O2 %{!?x:%(echo "}")}\nend';
      expect(readBack(body)).to.equal(body);
    });

    it('continues lines with a backslash', () => {
      expect(toMacrosFile({ two: 'a\nb' })).to.equal('%two a\\\nb\n');
    });

    it('leaves a double percent sign in a body as it is', () => {
      expect(toMacrosFile({ _rpmfilename: '%%{NAME}.rpm' })).to.equal('%_rpmfilename %%{NAME}.rpm\n');
    });
  });

  describe('toMacroBody', () => {
    for (const body of ['%{open', 'a %(b', '%[1 + 1', '%{a{b}']) {
      it(`refuses ${body}, which would swallow the next macro`, () => {
        expect(refusal('macro', body).field).to.equal('macros.macro');
      });
    }

    it('takes brackets that no macro has begun', () => {
      expect(toMacroBody('macro', 'f() { [ -n')).to.equal('f() { [ -n');
    });

    for (const name of ['', 'ab', '1abc', 'with space', 'a-b-c', 'é', 'x\ny', 'a%b']) {
      it(`refuses the name ${JSON.stringify(name)}`, () => {
        expect(refusal(name, 'x').value).to.equal(name);
      });
    }

    it('takes the name of a macro with options', () => {
      expect(toMacroBody('make_it(a:b)', '%{-a*}')).to.equal('%{-a*}');
    });

    it('refuses what rpm would cut off in silence', () => {
      expect(refusal('macro', 'x'.repeat(16_000)).message).to.match(/shorter than 16000 bytes/);
    });

    it('refuses a zero byte', () => {
      expect(refusal('macro', { literal: 'a\0b' }).field).to.equal('macros.macro');
    });
  });
});

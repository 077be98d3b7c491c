import { expect } from 'chai';
import fc from 'fast-check';
import { toSafeText } from '../../lib/output/safe-text.js';

describe('toSafeText', () => {
  it('makes terminal escapes visible', () => {
    expect(toSafeText('\u001b]0;title\u0007\u001b[31mred')).to.equal('\\x1b]0;title\\x07\\x1b[31mred');
  });

  it('makes carriage returns and C1 controls visible', () => {
    expect(toSafeText('ok\rFAILED \u009b2J')).to.equal('ok\\x0dFAILED \\x9b2J');
  });

  it('makes characters that turn the reading direction visible', () => {
    expect(toSafeText('a\u202egpj.exe')).to.equal('a\\u202egpj.exe');
  });

  it('leaves text, tabs, newlines and other scripts as they are', () => {
    expect(toSafeText('täb\there\nשלום 🚀')).to.equal('täb\there\nשלום 🚀');
  });

  it('never leaves a control character, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(Array.from(toSafeText(text)).filter(isUnsafe)).to.deep.equal([]);
      }),
    );
  });
});

function isUnsafe(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  if (code === 0x09 || code === 0x0a) return false;
  return (
    code < 0x20 ||
    (code >= 0x7f && code < 0xa0) ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069)
  );
}

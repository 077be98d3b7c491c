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
        // eslint-disable-next-line no-control-regex -- the point
        expect(toSafeText(text)).not.to.match(
          /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/,
        );
      }),
    );
  });
});

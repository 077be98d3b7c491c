import { expect } from 'chai';
import fc from 'fast-check';
import { parseRichDependency, type RichExpression } from '../../lib/srpm/rich-dependency.js';

describe('parseRichDependency', () => {
  it('reads names alone', () => {
    expect(parseRichDependency('(a)')).to.deep.equal(single('a'));
  });

  it('reads versions, and other ways to write a comparison', () => {
    expect(parseRichDependency('(a >= 1:2-3 and b =< 4 and c == 5)')).to.deep.equal({
      operator: 'and',
      operands: [
        { ...single('a'), comparison: '>=', evr: { epoch: 1, version: '2', release: '3' } },
        { ...single('b'), comparison: '<=', evr: { epoch: undefined, version: '4', release: undefined } },
        { ...single('c'), comparison: '=', evr: { epoch: undefined, version: '5', release: undefined } },
      ],
    });
  });

  for (const operator of ['and', 'or', 'with'] as const) {
    it(`reads a chain of ${operator}`, () => {
      expect(parseRichDependency(`(a ${operator} b ${operator} c)`)).to.deep.equal({
        operator,
        operands: [single('a'), single('b'), single('c')],
      });
    });
  }

  it('reads without', () => {
    expect(parseRichDependency('(a without b)')).to.deep.equal({
      operator: 'without',
      operand: single('a'),
      excluded: single('b'),
    });
  });

  for (const operator of ['if', 'unless'] as const) {
    it(`reads ${operator}, with and without else`, () => {
      const expression = { operator, operand: single('a'), condition: single('b') };
      expect(parseRichDependency(`(a ${operator} b)`)).to.deep.equal({ ...expression, otherwise: undefined });
      expect(parseRichDependency(`(a ${operator} b else c)`)).to.deep.equal({
        ...expression,
        otherwise: single('c'),
      });
    });
  }

  it('reads what is nested', () => {
    expect(parseRichDependency('((a or b) and (c if (d with e)))')).to.deep.equal({
      operator: 'and',
      operands: [
        { operator: 'or', operands: [single('a'), single('b')] },
        {
          operator: 'if',
          operand: single('c'),
          condition: { operator: 'with', operands: [single('d'), single('e')] },
          otherwise: undefined,
        },
      ],
    });
  });

  it('takes parentheses in a name for its own', () => {
    expect(parseRichDependency('(perl(A::B) or pkgconfig(c(d)))')).to.deep.equal({
      operator: 'or',
      operands: [single('perl(A::B)'), single('pkgconfig(c(d))')],
    });
  });

  it('takes names that are words of the language, or of JavaScript', () => {
    expect(parseRichDependency('(and or constructor)')).to.deep.equal({
      operator: 'or',
      operands: [single('and'), single('constructor')],
    });
  });

  const REFUSED = [
    'a',
    '()',
    '(a',
    '(a and)',
    '(a and b',
    '(a b)',
    '(a constructor b)',
    '(a and b or c)',
    '(a if b if c)',
    '(a if b else c else d)',
    '(a else b)',
    '(a without b without c)',
    '(a >=)',
    '(a) b',
    '(a and b))',
  ];
  for (const text of REFUSED) {
    it(`refuses ${text}`, () => {
      expect(() => parseRichDependency(text)).to.throw(SyntaxError);
    });
  }

  it('refuses what is nested more than 100 levels deep', () => {
    expect(() => parseRichDependency('('.repeat(1_000_000))).to.throw(SyntaxError, '100 levels');
  });

  it('gives a tree or a SyntaxError for any text', () => {
    const text = fc.string({
      unit: fc.constantFrom('(', ')', ' ', ',', 'a', 'and', 'or', 'if', 'else', 'with', '>=', '1'),
      maxLength: 40,
    });
    fc.assert(
      fc.property(text, (dependency) => {
        try {
          expect(parseRichDependency(dependency)).to.have.property('operator');
        } catch (error) {
          expect(error).to.be.instanceOf(SyntaxError);
        }
      }),
    );
  });
});

function single(name: string): RichExpression {
  return { operator: 'single', name, comparison: undefined, evr: undefined };
}

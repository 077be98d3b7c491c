import type { VersionComparison } from './dependency-flags.js';
import { parseEvr, type Evr } from './evr.js';

/**
 * A dependency on a package, file or other provided name, perhaps in some versions only.
 *
 * @public
 */
export interface SimpleDependency {
  /** A leaf, not an operator. */
  readonly operator: 'single';
  /** A package, or a capability. */
  readonly name: string;
  /** How versions are compared; `undefined` when any version will do. */
  readonly comparison: VersionComparison | undefined;
  /** What `comparison` compares with. */
  readonly evr: Evr | undefined;
}

/**
 * A rich (boolean) dependency as a tree.
 *
 * @remarks https://rpm-software-management.github.io/rpm/manual/boolean_dependencies.html
 * @public
 */
export type RichExpression =
  | SimpleDependency
  | { readonly operator: 'and' | 'or' | 'with'; readonly operands: readonly RichExpression[] }
  | { readonly operator: 'without'; readonly operand: RichExpression; readonly excluded: RichExpression }
  | {
      readonly operator: 'if' | 'unless';
      readonly operand: RichExpression;
      readonly condition: RichExpression;
      readonly otherwise: RichExpression | undefined;
    };

/** rpm has no limit; this one keeps what somebody else wrote from exhausting the stack. */
const DEEPEST = 100;

const COMPARISONS: ReadonlyMap<string, VersionComparison> = new Map([
  ['<=', '<='],
  ['=<', '<='],
  ['<', '<'],
  ['==', '='],
  ['=', '='],
  ['>=', '>='],
  ['=>', '>='],
  ['>', '>'],
]);

/**
 * Reads a rich dependency: `(a and b >= 1)`, `(a if b else c)`. Whether rpm would let a spec have it in this place (`if`
 * within `or`, and such) is not asked.
 *
 * @throws SyntaxError
 */
export function parseRichDependency(text: string): RichExpression {
  const parser = new Parser(text);
  const expression = parser.expression(0);
  parser.assertEnd();
  return expression;
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  expression(depth: number): RichExpression {
    if (depth > DEEPEST) throw new SyntaxError(`it is nested more than ${DEEPEST} levels deep`);
    if (this.#text[this.#at] !== '(') throw this.#expected('"("');
    this.#at++;
    const first = this.#operand(depth);
    const operator = this.#word();
    if (operator === '') return this.#close(first);
    if (operator === 'and' || operator === 'or' || operator === 'with') {
      return this.#close({ operator, operands: this.#chain(first, operator, depth) });
    }
    if (operator === 'without')
      return this.#close({ operator, operand: first, excluded: this.#operand(depth) });
    if (operator !== 'if' && operator !== 'unless') throw this.#expected('an operator', operator);
    const condition = this.#operand(depth);
    const next = this.#word();
    if (next !== '' && next !== 'else') throw this.#expected('"else" or ")"', next);
    const otherwise = next === '' ? undefined : this.#operand(depth);
    return this.#close({ operator, operand: first, condition, otherwise });
  }

  assertEnd(): void {
    if (this.#at < this.#text.length) throw this.#expected('its end');
  }

  #chain(first: RichExpression, operator: string, depth: number): RichExpression[] {
    const operands = [first, this.#operand(depth)];
    for (let next = this.#word(); next !== ''; next = this.#word()) {
      if (next !== operator) throw this.#expected(`"${operator}" or ")"`, next);
      operands.push(this.#operand(depth));
    }
    return operands;
  }

  #operand(depth: number): RichExpression {
    this.#skip();
    return this.#text[this.#at] === '(' ? this.expression(depth + 1) : this.#simple();
  }

  #simple(): SimpleDependency {
    const name = this.#word();
    if (name === '') throw this.#expected('a name');
    const start = this.#at;
    const comparison = COMPARISONS.get(this.#word());
    if (comparison === undefined) {
      this.#at = start;
      return { operator: 'single', name, comparison: undefined, evr: undefined };
    }
    const version = this.#word();
    if (version === '') throw this.#expected('a version');
    return { operator: 'single', name, comparison, evr: parseEvr(version) };
  }

  #close(expression: RichExpression): RichExpression {
    this.#skip();
    if (this.#text[this.#at] !== ')') throw this.#expected('")"');
    this.#at++;
    return expression;
  }

  /** Up to a space, comma, or closing parenthesis without an opening one before it: a name may be `perl(Foo)`. */
  #word(): string {
    this.#skip();
    const start = this.#at;
    for (let open = 0; this.#at < this.#text.length; this.#at++) {
      const character = this.#text.charAt(this.#at);
      if (isSpace(character) || (character === ')' && open === 0)) break;
      if (character === '(') open++;
      if (character === ')') open--;
    }
    return this.#text.slice(start, this.#at);
  }

  #skip(): void {
    while (isSpace(this.#text.charAt(this.#at))) this.#at++;
  }

  #expected(what: string, found = this.#text.slice(this.#at, this.#at + 20)): SyntaxError {
    return new SyntaxError(`${what} is expected at character ${this.#at}, not ${JSON.stringify(found)}`);
  }
}

function isSpace(character: string): boolean {
  return character !== '' && ' \t\n\r\f\v,'.includes(character);
}

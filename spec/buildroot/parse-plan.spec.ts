import { expect } from 'chai';
import fc from 'fast-check';
import { parseBuildrootPlan } from '../../lib/buildroot/parse-plan.js';
import type { BuildrootPlan } from '../../lib/buildroot/plan.js';
import { GOLDEN_CASES, makeGoldenPlan } from './golden.js';
import { refusalOf } from './refusal.js';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** All places in a JSON value, as lists of keys. */
function placesOf(value: Json, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, item]) => placesOf(item, [...path, key]))];
}

/** A copy in which one place is another value, or gone. */
function changed(value: Json, path: readonly string[], to: Json | undefined): Json {
  const copy = structuredClone(value) as { [key: string]: Json };
  let parent = copy;
  for (const key of path.slice(0, -1)) parent = parent[key] as { [key: string]: Json };
  const last = path.at(-1) ?? '';
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
  if (to === undefined) delete parent[last];
  else parent[last] = to;
  return copy;
}

describe('parseBuildrootPlan', () => {
  let plan: BuildrootPlan;
  let json: Json;

  before(async () => {
    plan = await makeGoldenPlan(GOLDEN_CASES[1]!);
    json = JSON.parse(JSON.stringify(plan)) as Json;
  });

  it('gives the plan back, from text or from what JSON.parse made', () => {
    expect(parseBuildrootPlan(JSON.stringify(plan))).to.deep.equal(plan);
    expect(parseBuildrootPlan(json)).to.deep.equal(plan);
  });

  it('puts the fields in order', () => {
    const reversed = Object.fromEntries(Object.entries(plan).reverse());
    expect(JSON.stringify(parseBuildrootPlan(reversed))).to.equal(JSON.stringify(plan));
  });

  for (const [what, text, words] of [
    ['text that is no JSON', '{', 'is no JSON'],
    ['nothing', 'null', 'has no schema'],
    ['a list', '[]', 'has no schema'],
    ['another version', '{"schema":"podroot.buildroot-plan/2"}', '"podroot.buildroot-plan/2"'],
    ['no more than a schema', '{"schema":"podroot.buildroot-plan/1"}', 'it lacks srpm'],
  ] as const) {
    it(`rejects ${what} with PLAN_INVALID`, async () => {
      const error = await refusalOf(() => parseBuildrootPlan(text));
      expect(error.code).to.equal('PLAN_INVALID');
      expect(error.message).to.include(words);
    });
  }

  it('rejects any field that is of another type, or that is unknown, with PLAN_INVALID', async () => {
    const places = placesOf(json).filter((path) => path.length > 0);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), async (path) => {
        const isInList = /^\d+$/.test(path.at(-1) ?? '');
        const sibling = isInList ? path : [...path.slice(0, -1), 'x'];
        for (const bad of [changed(json, path, { unknown: [] }), changed(json, sibling, [[]])]) {
          expect((await refusalOf(() => parseBuildrootPlan(bad))).code).to.equal('PLAN_INVALID');
        }
      }),
      { numRuns: 300 },
    );
  });

  it('rejects any field that is missing with PLAN_INVALID, naming it', async () => {
    const maps = ['environment', 'rootEnvironment', 'macros', 'define', 'options'];
    const fields = placesOf(json).filter(
      (path) => path.length > 0 && !/^\d+$/.test(path.at(-1) ?? '') && !maps.includes(path.at(-2) ?? ''),
    );
    for (const path of fields) {
      const error = await refusalOf(() => parseBuildrootPlan(changed(json, path, undefined)));
      expect(error.message).to.match(new RegExp(`lacks ${path.at(-1) ?? ''}$|has no schema`));
    }
  });

  for (const [what, path, to, words] of [
    ['a path with ..', ['files', '0', 'path'], '/etc/../x', 'files[0].path must be an absolute path'],
    ['a relative mount', ['mounts', '0', 'target'], 'dev', 'mounts[0].target'],
    ['a spec elsewhere', ['srpm', 'specFile'], '../x.spec', 'srpm.specFile must be a file name'],
    ['an empty argv', ['initCommands', '0', 'argv'], [], 'initCommands[0].argv must have at least 1'],
    ['two commands of one id', ['initCommands', '0', 'id'], 'build', 'two commands have the id build'],
    ['a command without a command', ['initCommands', '1', 'argv'], null, 'neither argv nor packageManager'],
    ['a loop astray', ['loops', '0', 'commands'], ['build', 'rebuild-srpm'], 'do not follow each other'],
    ['a mode that does not fit', ['mode'], 'image', 'mode installroot alone'],
  ] as const) {
    it(`rejects ${what} with PLAN_INVALID`, async () => {
      const error = await refusalOf(() => parseBuildrootPlan(changed(json, path, to as Json)));
      expect(error.code).to.equal('PLAN_INVALID');
      expect(error.message).to.include(words);
    });
  }
});

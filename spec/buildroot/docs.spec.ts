import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { explainPlan } from '../../lib/buildroot/explain-plan.js';
import { planJsonSchema, planShape } from '../../lib/buildroot/plan-shape.js';
import { GOLDEN_CASES, makeGoldenPlan } from './golden.js';
import { schemaProblem } from './json-schema.js';

const docs = join(import.meta.dirname, '../../docs');
const schemaPath = join(docs, 'schemas/buildroot-plan.schema.json');
const pagePath = join(docs, 'buildroot-plan.md');

/** What the page shows between a comment of this name and the next fence. */
const EXAMPLE = /(<!-- made by explainPlan -->\n\n```text\n)([^`]*)(```)/;

describe('docs/schemas/buildroot-plan.schema.json', () => {
  it('is what plans are read by (PODROOT_WRITE_PLANS=1 writes it)', () => {
    const text = `${JSON.stringify(planJsonSchema(), undefined, 2)}\n`;
    if (process.env['PODROOT_WRITE_PLANS'] === '1') writeFileSync(schemaPath, text);
    expect(JSON.parse(readFileSync(schemaPath, 'utf8'))).to.deep.equal(JSON.parse(text));
  });

  it('fits plans, and not others', async () => {
    const schema = JSON.parse(readFileSync(schemaPath, 'utf8')) as Readonly<Record<string, unknown>>;
    for (const golden of GOLDEN_CASES) {
      const plan = JSON.parse(JSON.stringify(await makeGoldenPlan(golden))) as Record<string, unknown>;
      expect(schemaProblem(schema, plan)).to.equal(undefined);
      for (const bad of [
        { ...plan, mode: 'x' },
        { ...plan, x: 1 },
        { ...plan, srpm: {} },
        { ...plan, files: [null] },
      ]) {
        expect(schemaProblem(schema, bad)).to.be.a('string');
        expect(planShape.problem(bad, '')).to.be.a('string');
      }
    }
  });
});

describe('docs/buildroot-plan.md', () => {
  it('shows what explainPlan says of the first golden plan (PODROOT_WRITE_PLANS=1 writes it)', async () => {
    const text = explainPlan(await makeGoldenPlan(GOLDEN_CASES[0]!));
    const page = readFileSync(pagePath, 'utf8');
    if (process.env['PODROOT_WRITE_PLANS'] === '1') {
      writeFileSync(
        pagePath,
        page.replace(EXAMPLE, (_, before: string, __, after: string) => before + text + after),
      );
    }
    expect(EXAMPLE.exec(readFileSync(pagePath, 'utf8'))?.[2]).to.equal(text);
  });

  it('names every field of a plan', async () => {
    const page = readFileSync(pagePath, 'utf8');
    const fields = Object.keys(await makeGoldenPlan(GOLDEN_CASES[0]!));
    expect(fields.filter((field) => !page.includes(`\`${field}\``))).to.deep.equal([]);
  });
});

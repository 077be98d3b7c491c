import { PodrootError } from '../errors.js';
import type { PlanCommand } from './plan-command.js';
import { planShape } from './plan-shape.js';
import { PLAN_SCHEMA, type BuildrootPlan } from './plan.js';

/**
 * Reads a plan that was stored, and checks that it is one, so that it can be carried out again.
 *
 * @param json - the JSON text, or what `JSON.parse` made of it
 * @throws PodrootError with `PLAN_INVALID`, naming the first field that does not fit, or the schema of another version
 * @public
 */
export function parseBuildrootPlan(json: unknown): BuildrootPlan {
  const value = typeof json === 'string' ? parseJson(json) : json;
  const schema = typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined;
  if (schema !== PLAN_SCHEMA) {
    throw invalid(
      schema === undefined
        ? `has no schema, so it is no plan of podroot (${PLAN_SCHEMA})`
        : `has the schema ${JSON.stringify(schema)}, but this podroot reads ${PLAN_SCHEMA} alone: make it anew`,
    );
  }
  const problem = planShape.problem(value, '') ?? contradiction(value as BuildrootPlan);
  if (problem !== undefined) throw invalid(`does not fit ${PLAN_SCHEMA}: ${problem}`);
  return planShape.arrange(value as BuildrootPlan);
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw invalid(`is no JSON: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

/** What single fields do not show. */
function contradiction(plan: BuildrootPlan): string | undefined {
  const commands = [...plan.initCommands, ...plan.buildCommands];
  const ids = commands.map(({ id }) => id);
  const double = ids.find((id, at) => ids.indexOf(id) !== at);
  if (double !== undefined) return `two commands have the id ${double}`;
  const idle = commands.find(({ argv, packageManager }) => argv === null && packageManager === null);
  if (idle !== undefined) return `the command ${idle.id} has neither argv nor packageManager`;
  if ((plan.mode === 'installroot') !== (plan.installroot !== null)) {
    return `installroot must be there in mode installroot alone, and mode is ${plan.mode}`;
  }
  const astray = plan.loops.find((loop) => !areTogether(plan.buildCommands, loop.commands));
  if (astray !== undefined) return `the loop ${astray.id} is of commands that do not follow each other`;
  return undefined;
}

function areTogether(commands: readonly PlanCommand[], ids: readonly string[]): boolean {
  const start = commands.findIndex(({ id }) => id === ids[0]);
  return start !== -1 && ids.every((id, at) => commands[start + at]?.id === id);
}

function invalid(message: string, cause?: unknown): PodrootError {
  return new PodrootError('PLAN_INVALID', `the buildroot plan ${message}`, { cause });
}

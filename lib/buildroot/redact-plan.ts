import type { BuildrootPlan } from './plan.js';

/**
 * A plan without its secrets, for logs, events and records: the content of files that are marked so is `***`. It has the form
 * of a plan, but cannot be carried out.
 *
 * @public
 */
export function redactPlan(plan: BuildrootPlan): BuildrootPlan {
  return { ...plan, files: plan.files.map((file) => (file.secret ? { ...file, content: '***' } : file)) };
}

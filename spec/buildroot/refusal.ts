import { PodrootError } from '../../lib/errors.js';

/** The error that something is refused with. */
export async function refusalOf(attempt: () => unknown): Promise<PodrootError & { readonly field?: string }> {
  try {
    await attempt();
  } catch (error) {
    if (error instanceof PodrootError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

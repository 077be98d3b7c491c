/** What a promise rejects with, whatever it is: an abort's reason need not be an error. Throws when it resolves. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const [outcome] = await Promise.allSettled([promise]);
  if (outcome.status === 'rejected') return outcome.reason;
  throw new Error(`it resolved, with ${String(outcome.value)}`);
}

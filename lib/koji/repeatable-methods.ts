/** What only reads, by its name. */
const READING = /^(get|list|query|search|count|has|check)[A-Z]/;

/** What ends the same whether it runs once or twice. The first six are those a hub repeats by itself (kojihub/auth.py). */
const REPEATABLE: ReadonlySet<string> = new Set([
  'host.taskWait',
  'host.taskUnwait',
  'host.taskSetWait',
  'host.updateHost',
  'host.setBuildRootState',
  'repoExpire',
  'repoDelete',
  'repoProblem',
  'echo',
  'repoInfo',
  'host.getID',
  'host.getHost',
  'host.getHostTasks',
  'host.getTasks',
  'host.getLoadData',
  'host.checkPolicy',
  'host.assertPolicy',
  'host.setTaskWeight',
  'host.taskWaitResults',
  'repo.query',
  'repo.checkRequest',
  'system.listMethods',
]);

/**
 * Whether a call may be made anew after the hub answered RetryError: it ran, but its answer was lost. Of all others it is
 * the caller who must find out what they did.
 */
export function isRepeatable(method: string): boolean {
  return REPEATABLE.has(method) || READING.test(method);
}

/**
 * The hub's faults by their codes, and what each is a kind of (koji/__init__.py: the classes of GenericError).
 */
const FAULTS = {
  1000: ['GenericError', undefined],
  1001: ['LockError', 'GenericError'],
  1002: ['AuthError', 'GenericError'],
  1003: ['TagError', 'GenericError'],
  1004: ['ActionNotAllowed', 'GenericError'],
  1005: ['BuildError', 'GenericError'],
  1006: ['AuthLockError', 'AuthError'],
  1007: ['AuthExpired', 'AuthError'],
  1008: ['SequenceError', 'AuthError'],
  1009: ['RetryError', 'AuthError'],
  1010: ['PreBuildError', 'BuildError'],
  1011: ['PostBuildError', 'BuildError'],
  1012: ['BuildrootError', 'BuildError'],
  1013: ['FunctionDeprecated', 'GenericError'],
  1014: ['ServerOffline', 'GenericError'],
  1015: ['LiveCDError', 'GenericError'],
  1016: ['PluginError', 'GenericError'],
  1017: ['CallbackError', 'PluginError'],
  1018: ['ApplianceError', 'GenericError'],
  1019: ['ParameterError', 'GenericError'],
  1020: ['ImportError', 'GenericError'],
  1021: ['ConfigurationError', 'GenericError'],
  1022: ['LiveMediaError', 'GenericError'],
  1023: ['GSSAPIAuthError', 'AuthError'],
  1024: ['NameValidationError', 'GenericError'],
} as const;

/**
 * The name of a fault as upstream calls it. `Unclassified` is what has no class of Koji's: code 1, an exception of Python's
 * within the hub, and codes that only a plugin knows.
 *
 * @public
 */
export type KojiFaultName = (typeof FAULTS)[keyof typeof FAULTS][0] | 'Unclassified';

const ENTRIES = Object.entries(FAULTS).map(([code, [name, parent]]) => ({
  code: Number(code),
  name: name,
  parent: parent,
}));

/** The name of a fault code. */
export function faultNameOf(code: number): KojiFaultName {
  return ENTRIES.find((entry) => entry.code === code)?.name ?? 'Unclassified';
}

/**
 * The code of a fault, for what is handed to `encodeFault`.
 *
 * @public
 */
export function faultCodeOf(name: KojiFaultName): number {
  return ENTRIES.find((entry) => entry.name === name)?.code ?? 1;
}

/** Whether a fault is another or a kind of it, as Python's `except` asks. */
export function isKindOf(name: KojiFaultName, ancestor: KojiFaultName): boolean {
  for (let current: KojiFaultName | undefined = name; current !== undefined; current = parentOf(current)) {
    if (current === ancestor) return true;
  }
  return false;
}

function parentOf(name: KojiFaultName): KojiFaultName | undefined {
  return ENTRIES.find((entry) => entry.name === name)?.parent;
}

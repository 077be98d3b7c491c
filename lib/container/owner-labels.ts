import type { OwnerIdentity } from '../owner.js';

/** Labels of this name, and under it, say which process owns a container. */
export const OWNER_LABEL_PREFIX = 'podroot.owner';

const ID = OWNER_LABEL_PREFIX;
const HOST = `${OWNER_LABEL_PREFIX}.host`;
const PID = `${OWNER_LABEL_PREFIX}.pid`;
const STARTED = `${OWNER_LABEL_PREFIX}.started`;

/** The labels that a container of this owner carries. */
export function toOwnerLabels(owner: OwnerIdentity): Readonly<Record<string, string>> {
  return { [ID]: owner.id, [HOST]: owner.host, [PID]: String(owner.pid), [STARTED]: owner.started };
}

/** The owner that a container's labels name; `undefined` when podroot did not make it. */
export function ownerFromLabels(labels: Readonly<Record<string, string>>): OwnerIdentity | undefined {
  const id = labels[ID];
  const host = labels[HOST];
  const pid = Number(labels[PID]);
  const started = labels[STARTED];
  if (
    id === undefined ||
    host === undefined ||
    started === undefined ||
    !Number.isSafeInteger(pid) ||
    pid < 1
  ) {
    return undefined;
  }
  return { id, host, pid, started };
}

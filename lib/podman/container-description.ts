import type { ContainerDescription, ContainerState, ContainerSummary } from '../container/description.js';

/** https://docs.podman.io/en/latest/_static/api.html#tag/containers/operation/ContainerListLibpod */
export interface WireListEntry {
  readonly Id: string;
  readonly Names: readonly string[] | null;
  readonly Image: string;
  readonly State: string;
  readonly Labels: Readonly<Record<string, string>> | null;
  readonly Created: string;
}

/** https://docs.podman.io/en/latest/_static/api.html#tag/containers/operation/ContainerInspectLibpod */
export interface WireInspect {
  readonly Id: string;
  readonly Name: string;
  readonly Created: string;
  readonly Image: string;
  readonly ImageName: string;
  readonly ImageDigest?: string;
  readonly State: {
    readonly Status: string;
    readonly ExitCode: number;
    readonly OOMKilled: boolean;
    readonly StartedAt: string;
    readonly FinishedAt: string;
    readonly Error?: string;
  };
  readonly Config: { readonly Labels: Readonly<Record<string, string>> | null };
  readonly NetworkSettings: { readonly Networks?: Readonly<Record<string, unknown>> | null };
  readonly Mounts: readonly { readonly Destination: string }[] | null;
  readonly HostConfig: { readonly Tmpfs?: Readonly<Record<string, string>> | null; readonly Memory?: number };
}

/** 5.x lists a mode of this name as if it were a network. */
const NO_NETWORK = 'none';

/** Podman's words, over its versions. */
const STATES: Readonly<Record<string, ContainerState>> = {
  configured: 'created',
  created: 'created',
  initialized: 'created',
  running: 'running',
  paused: 'paused',
  stopping: 'stopping',
  stopped: 'exited',
  exited: 'exited',
  removing: 'removing',
};

export function toSummary(wire: WireListEntry): ContainerSummary {
  return {
    id: wire.Id,
    name: wire.Names?.[0] ?? '',
    image: wire.Image,
    state: toState(wire.State),
    labels: wire.Labels ?? {},
    createdAt: Date.parse(wire.Created),
  };
}

export function toDescription(wire: WireInspect): ContainerDescription {
  const state = toState(wire.State.Status);
  const finishedAt = toTime(wire.State.FinishedAt);
  return {
    id: wire.Id,
    name: wire.Name,
    image: wire.ImageName,
    imageId: wire.Image,
    imageDigest: wire.ImageDigest === '' ? undefined : wire.ImageDigest,
    state,
    labels: wire.Config.Labels ?? {},
    createdAt: Date.parse(wire.Created),
    // The field is 0 for what has not ended, too.
    exitCode: state === 'exited' ? wire.State.ExitCode : null,
    oomKilled: wire.State.OOMKilled,
    error: wire.State.Error === '' ? undefined : wire.State.Error,
    startedAt: toTime(wire.State.StartedAt),
    finishedAt: state === 'running' ? undefined : finishedAt,
    networks: Object.keys(wire.NetworkSettings.Networks ?? {}).filter((name) => name !== NO_NETWORK),
    mountTargets: [
      ...(wire.Mounts ?? []).map((mount) => mount.Destination),
      ...Object.keys(wire.HostConfig.Tmpfs ?? {}),
    ],
  };
}

function toState(word: string): ContainerState {
  return STATES[word] ?? 'unknown';
}

/** Go's zero time stands for none. */
function toTime(text: string): number | undefined {
  const time = Date.parse(text);
  return Number.isNaN(time) || time < 0 ? undefined : time;
}

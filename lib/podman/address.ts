import { InvalidArgumentError } from '../errors.js';

/** Where Podman's service listens. */
export type PodmanAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/**
 * Reads an address as Podman writes it: `unix:///run/podman/podman.sock` or `tcp://host:port`.
 *
 * @throws {@link InvalidArgumentError} for anything else; `ssh://` is named, as its tunnel is the caller's to make
 */
export function parsePodmanAddress(field: string, text: string): PodmanAddress {
  if (text.startsWith('unix://')) {
    const path = text.slice('unix://'.length);
    if (!path.startsWith('/'))
      throw new InvalidArgumentError(field, text, 'must name an absolute socket path');
    return { kind: 'unix', path };
  }
  if (text.startsWith('ssh://')) {
    throw new InvalidArgumentError(
      field,
      text,
      'must be unix:// or tcp://; forward the remote socket first, as in "ssh -L /tmp/podman.sock:/run/podman/podman.sock host"',
    );
  }
  const tcp = /^tcp:\/\/(\[[0-9a-fA-F:.]+\]|[^/:@]+):(\d{1,5})\/?$/.exec(text);
  if (tcp?.[1] === undefined)
    throw new InvalidArgumentError(field, text, 'must be unix:///path or tcp://host:port');
  const port = Number(tcp[2]);
  if (port < 1 || port > 65_535)
    throw new InvalidArgumentError(field, text, 'must have a port from 1 to 65535');
  return { kind: 'tcp', host: tcp[1], port };
}

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the registry behaves; may be changed between requests. */
export interface RegistryBehaviour {
  /** Asked for on every request. */
  credentials?: { readonly username: string; readonly password: string };
  /** Awaited before the layer is sent. */
  beforeLayer?: () => Promise<void>;
}

/** A registry (https://github.com/opencontainers/distribution-spec) with one image, on a port of this machine. */
export class ImageRegistry {
  readonly #server: Server;
  readonly #blobs = new Map<string, Buffer>();
  readonly #manifest: Buffer;
  readonly behaviour: RegistryBehaviour = {};
  /** Method and path of each request so far. */
  readonly requests: string[] = [];

  /** @param layer - the image's only layer, an uncompressed tar */
  constructor(layer: Buffer, architecture = 'amd64') {
    const config = Buffer.from(
      JSON.stringify({
        architecture,
        os: 'linux',
        rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
        config: {},
      }),
    );
    for (const blob of [layer, config]) this.#blobs.set(digestOf(blob), blob);
    const describe = (mediaType: string, blob: Buffer): object => ({
      mediaType: `application/vnd.oci.image.${mediaType}`,
      digest: digestOf(blob),
      size: blob.length,
    });
    this.#manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        config: describe('config.v1+json', config),
        layers: [describe('layer.v1.tar', layer)],
      }),
    );
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
  }

  /** Starts it, and gives the image's reference. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}/podroot/image:1`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    this.requests.push(`${method} ${url}`);
    if (!this.#mayEnter(request)) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="podroot"' });
      response.end(
        JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] }),
      );
      return;
    }
    if (url === '/v2/') {
      response.end('{}');
      return;
    }
    const [, repository, kind, name] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(url) ?? [];
    const found =
      repository === 'podroot/image' && name !== undefined ? this.#find(kind ?? '', name) : undefined;
    if (found === undefined) {
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] }));
      return;
    }
    if (found.length > 10_000) await this.behaviour.beforeLayer?.();
    response.writeHead(200, {
      'content-type':
        kind === 'manifests' ? 'application/vnd.oci.image.manifest.v1+json' : 'application/octet-stream',
      'docker-content-digest': digestOf(found),
      'content-length': found.length,
    });
    response.end(method === 'HEAD' ? undefined : found);
  }

  #find(kind: string, name: string): Buffer | undefined {
    if (kind === 'blobs') return this.#blobs.get(name);
    return name === '1' || name === digestOf(this.#manifest) ? this.#manifest : undefined;
  }

  #mayEnter(request: IncomingMessage): boolean {
    const { credentials } = this.behaviour;
    if (credentials === undefined) return true;
    const expected = Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64');
    return request.headers.authorization === `Basic ${expected}`;
  }
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

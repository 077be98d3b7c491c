import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const projectFolder = resolve(fileURLToPath(import.meta.url), '../..');

/** Where what the specs need is made once and kept: images, Podman's storage. */
export const cacheFolder = process.env['PODROOT_CACHE'] ?? join(projectFolder, '.cache');

import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { projectFolder } from '../tools/project.js';
import { CASES } from './cases.js';
import type { BenchClient, ClientName } from './client.js';
import { createBareClient } from './clients/bare.js';
import { createCliClient } from './clients/cli.js';
import { createDockerodeClient } from './clients/dockerode.js';
import { createPodrootClient } from './clients/podroot.js';
import { measure } from './measure.js';
import { measureMemory, toMemoryTable, type MemoryFigures } from './memory.js';
import { MEMORY, parseBenchOptions } from './options.js';
import { toCaseFigures, toTable, type CaseFigures } from './report.js';
import { createWorld } from './world.js';

const options = parseBenchOptions(process.argv.slice(2));
const startedAt = new Date();
const loadBefore = loadavg();
await using world = await createWorld();
const socketPath = world.address.slice('unix://'.length);
const clients: Readonly<Record<ClientName, BenchClient>> = {
  podroot: createPodrootClient(world.address),
  bare: createBareClient(socketPath),
  dockerode: createDockerodeClient(socketPath),
  cli: createCliClient(world.storage),
};
const cases: CaseFigures[] = [];
let memory: readonly MemoryFigures[] = [];
try {
  for (const benchCase of CASES.filter(({ name }) => options.isAsked(name))) {
    const { name, title } = benchCase;
    const rounds = options.rounds ?? benchCase.rounds;
    console.error(`bench: ${name}, ${rounds} rounds`);
    cases.push(toCaseFigures(name, title, await measure(benchCase, rounds, clients, world)));
  }
  if (options.isAsked(MEMORY)) {
    console.error(`bench: ${MEMORY}`);
    memory = await measureMemory(world);
  }
} finally {
  for (const client of Object.values(clients)) await client.close();
}

const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGib: Math.round(totalmem() / 1024 ** 3),
  kernel: release(),
  node: process.version,
  podman: world.podmanVersion,
  loadBefore,
  loadAfter: loadavg(),
};
const results = join(projectFolder, 'bench', 'results');
const file = join(results, `${startedAt.toISOString().replaceAll(':', '')}.json`);
mkdirSync(results, { recursive: true });
writeFileSync(file, `${JSON.stringify({ startedAt, machine, cases, memory }, null, 2)}\n`);

const seconds = Math.round((Date.now() - startedAt.getTime()) / 1000);
console.log(
  `${machine.cpu}, ${machine.cores} cores; Podman ${machine.podman}, Node ${machine.node}; ${startedAt.toISOString()}, ` +
    `${seconds} s; load ${loadBefore[0]?.toFixed(1) ?? ''} before, ${machine.loadAfter[0]?.toFixed(1) ?? ''} after`,
);
if (cases.length > 0) console.log(`\n${toTable(cases)}`);
if (memory.length > 0) console.log(`\n${toMemoryTable(memory)}`);
console.log(`\nall timings: ${file}`);

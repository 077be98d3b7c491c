import type { BenchCase } from './cases.js';
import { CLIENT_NAMES, type BenchClient, type ClientName } from './client.js';
import type { World } from './world.js';

/** Milliseconds, one for each round. */
export type Timings = Readonly<Record<ClientName, readonly number[]>>;

const WARM_UP_ROUNDS = 2;
/** Each client comes as often after each other one, so that what one leaves behind burdens all alike. */
const ORDERS: readonly (readonly ClientName[])[] = [
  ['podroot', 'bare', 'cli', 'dockerode'],
  ['bare', 'dockerode', 'podroot', 'cli'],
  ['dockerode', 'cli', 'bare', 'podroot'],
  ['cli', 'podroot', 'dockerode', 'bare'],
];

/** Times a case for all clients side by side, round after round. */
export async function measure(
  benchCase: BenchCase,
  rounds: number,
  clients: Readonly<Record<ClientName, BenchClient>>,
  world: World,
): Promise<Timings> {
  const timings = Object.fromEntries(CLIENT_NAMES.map((name) => [name, [] as number[]])) as Record<
    ClientName,
    number[]
  >;
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
    for (const name of ORDERS.at(round % ORDERS.length) ?? []) {
      const trial = `${benchCase.name}-${round + WARM_UP_ROUNDS}-${name}`;
      const start = performance.now();
      const check = await benchCase.run(clients[name], world, trial);
      const milliseconds = performance.now() - start;
      await check();
      if (round >= 0) timings[name].push(milliseconds);
    }
  }
  return timings;
}

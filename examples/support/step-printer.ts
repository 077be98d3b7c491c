import { LineSplitter, toSafeText, type OutputChunk } from 'podroot';

const TICK_MS = 200;
const QUIET_TICK_MS = 10_000;

/** Prints steps as they run: their name, time and result, and while one runs, how long and what it last said. */
export class StepPrinter {
  readonly #out: NodeJS.WriteStream;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  /** Runs a step; its work reports output by the function it is given. */
  async step<T>(id: string, work: (progress: (chunk: OutputChunk) => void) => Promise<T>): Promise<T> {
    const started = performance.now();
    const lines = new LineSplitter();
    let last = '';
    let count = 0;
    const seconds = (): string => `${((performance.now() - started) / 1000).toFixed(1)} s`;
    const timer = setInterval(
      () => {
        this.#progress(`  ${id.padEnd(16)} ${seconds()}, ${count} lines: ${last}`);
      },
      this.#out.isTTY ? TICK_MS : QUIET_TICK_MS,
    );
    try {
      const result = await work((chunk) => {
        for (const { text } of lines.push(chunk)) {
          count += 1;
          last = toSafeText(text);
        }
      });
      this.#line(`✓ ${id.padEnd(16)} ${seconds()}`);
      return result;
    } catch (error) {
      this.#line(`✗ ${id.padEnd(16)} ${seconds()}`);
      throw error;
    } finally {
      clearInterval(timer);
    }
  }

  note(text: string): void {
    this.#line(`  ${text}`);
  }

  #progress(text: string): void {
    if (!this.#out.isTTY) this.#out.write(`${text}\n`);
    else this.#out.write(`\r\x1b[K${text.slice(0, this.#out.columns - 1)}`);
  }

  #line(text: string): void {
    this.#out.write(`${this.#out.isTTY ? '\r\x1b[K' : ''}${text}\n`);
  }
}

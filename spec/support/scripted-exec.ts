import type { Socket } from 'node:net';
import { execToEnd } from '../../lib/container/exec-to-end.js';
import type { ExecOptions, ExecResult, OpenExecOptions } from '../../lib/container/exec.js';
import { resolveOpenExecOptions } from '../../lib/container/resolve-exec-options.js';
import type { PodmanExecSession } from '../../lib/podman/exec-session.js';
import type { WireExec } from '../../lib/podman/exec-wire.js';
import type { LibpodClient } from '../../lib/podman/libpod-client.js';
import { openExecSession } from '../../lib/podman/open-exec-session.js';
import type { Exchange, ScriptedService } from './scripted-service.js';

/** `hpid, pid, ppid, pgid, ruser, state`, as the service's top gives them. */
type ProcessRow = readonly [string, string, string, string, string, string];

const MAIN_HOST_PID = 1000;
const FIRST_PROCESSES: readonly ProcessRow[] = [
  ['999', '1', '0', '1', 'root', 'S'],
  [String(MAIN_HOST_PID), '7', '0', '7', 'root', 'S'],
];

/**
 * A container of a scripted service in which one command runs, as Podman shows it: created, started on a connection of its
 * own, inspected, listed, and signalled by further commands.
 */
export class ScriptedExec {
  /** Bodies of the requests that created and started the command. */
  createBody: Readonly<Record<string, unknown>> = {};
  startBody: Readonly<Record<string, unknown>> = {};
  running = false;
  started = false;
  exitCode = 0;
  /** What was sent, as `root TERM 7 8`. */
  readonly signals: string[] = [];
  /** Which processes there are. */
  processes: ProcessRow[] = [...FIRST_PROCESSES];
  inspections = 0;
  /** What the command does with a signal. */
  onSignal: (name: string) => void = (name) => {
    this.exit(name === 'TERM' ? 143 : 137);
  };
  /** Stands in for what is known of the command, when it is set. */
  inspect: ((inspection: number) => Partial<WireExec> | number) | undefined;
  /** Stands in for the answer to the request that starts it, when it is set. */
  start: ((exchange: Exchange) => void) | undefined;
  readonly #command: (socket: Socket) => void;
  #socket: Socket | undefined;
  #sessions = 0;

  constructor(service: ScriptedService, command: (socket: Socket) => void) {
    this.#command = command;
    service.on('POST containers/*/exec', (exchange) => {
      this.#create(exchange);
    });
    service.on('POST exec/*/start', ({ upgrade }) => {
      upgrade().end();
    });
    service.on('POST exec/e1/start', (exchange) => {
      this.startBody = JSON.parse(exchange.body.toString()) as Record<string, unknown>;
      if (this.start === undefined) this.run(exchange.upgrade());
      else this.start(exchange);
    });
    service.on('GET exec/e1/json', (exchange) => {
      this.#inspect(exchange);
    });
    service.on('GET containers/*/top', ({ reply }) => {
      reply(200, { Titles: [], Processes: this.processes });
    });
  }

  /** The command begins. */
  run(socket: Socket): void {
    this.#socket = socket;
    this.started = true;
    this.running = true;
    this.#command(socket);
  }

  /** Takes the next command for the one of the spec, as if none had been. */
  restart(): void {
    this.#sessions = 0;
    this.started = false;
    this.running = false;
    this.processes = [...FIRST_PROCESSES];
  }

  /** The command ends, with all its processes, and the service closes the connection. */
  exit(exitCode: number): void {
    this.exitCode = exitCode;
    this.running = false;
    this.processes = this.processes.slice(0, 1);
    this.#socket?.end();
  }

  /** Takes a further command for one that sends signals. */
  signal(exchange: Exchange): void {
    const body = JSON.parse(exchange.body.toString()) as { readonly Cmd: string[]; readonly User: string };
    const [, , script = '', , ...pids] = body.Cmd;
    const name = /kill -(\w+)/.exec(script)?.[1] ?? script;
    this.signals.push(`${body.User} ${name} ${pids.join(' ')}`);
    this.onSignal(name);
    exchange.reply(201, { Id: 'signaller' });
  }

  #create(exchange: Exchange): void {
    this.#sessions += 1;
    if (this.#sessions > 1) {
      this.signal(exchange);
      return;
    }
    this.createBody = JSON.parse(exchange.body.toString()) as Record<string, unknown>;
    exchange.reply(201, { Id: 'e1' });
  }

  #inspect({ reply }: Exchange): void {
    this.inspections += 1;
    const answer = this.inspect?.(this.inspections) ?? {};
    if (typeof answer === 'number') {
      reply(answer, { cause: 'no such exec session', message: 'no such exec session', response: answer });
      return;
    }
    const { running, exitCode, started } = this;
    reply(200, {
      Running: running,
      ExitCode: running ? 0 : exitCode,
      CanRemove: started && !running,
      Pid: running ? MAIN_HOST_PID : 0,
      ...answer,
    });
  }
}

/** Starts a command in the container `c1`. */
export function openExec(
  client: LibpodClient,
  argv: readonly string[],
  options: OpenExecOptions = {},
): Promise<PodmanExecSession> {
  return openExecSession(client, 'c1', resolveOpenExecOptions(argv, options));
}

/** Runs a command in the container `c1` to its end. */
export function exec(
  client: LibpodClient,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<ExecResult> {
  return execToEnd({ openExec: (_, list, open) => openExec(client, list, open) }, 'c1', argv, options);
}

import { ContainerError, InvalidArgumentError } from '../../errors.js';
import type { InMemoryImage } from './image.js';

type Changeable = Pick<InMemoryImage, 'env' | 'labels' | 'command' | 'entrypoint' | 'user' | 'workdir'>;

const INSTRUCTION = /^\s*([A-Za-z]+)\s+(.*\S)\s*$/s;

/** Applies instructions as a container file has them to an image's configuration. */
export function applyImageChanges(image: InMemoryImage, changes: readonly string[]): InMemoryImage {
  return changes.reduce<InMemoryImage>((changed, change, index) => {
    const [, keyword, rest] = INSTRUCTION.exec(change) ?? [];
    if (keyword === undefined || rest === undefined) {
      throw new InvalidArgumentError(
        `changes[${index}]`,
        change,
        'must be an instruction of a container file',
      );
    }
    return { ...changed, ...applyChange(changed, keyword.toUpperCase(), rest) };
  }, image);
}

function applyChange(image: InMemoryImage, keyword: string, rest: string): Partial<Changeable> {
  switch (keyword) {
    case 'ENV':
      return { env: { ...image.env, ...toPair(rest) } };
    case 'LABEL':
      return { labels: { ...image.labels, ...toPair(rest) } };
    case 'CMD':
      return { command: toArgv(rest) };
    case 'ENTRYPOINT':
      return { entrypoint: toArgv(rest) };
    case 'USER':
      return { user: rest };
    case 'WORKDIR':
      return { workdir: rest };
    default:
      throw notSupported(keyword);
  }
}

function notSupported(what: string): ContainerError {
  return new ContainerError('NOT_SUPPORTED', `the in-memory runtime cannot apply ${what} to an image`, {
    operation: 'commit',
  });
}

/** `NAME=value`, `NAME="value"` or `NAME value`: one of them. */
function toPair(text: string): Readonly<Record<string, string>> {
  const [, name = text, value = ''] = /^([^\s=]+)[\s=](.*)$/s.exec(text) ?? [];
  return { [name]: value.replace(/^"(.*)"$/s, '$1') };
}

/** The JSON form; anything else would be a shell's, and there is none. */
function toArgv(text: string): readonly string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw notSupported(text);
  }
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) throw notSupported(text);
  return value;
}

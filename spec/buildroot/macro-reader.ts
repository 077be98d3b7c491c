/**
 * Reads a macro file as rpm does: `rdcl` for lines and `doDefine` for bodies, rpmio/macro.cc of rpm 4.20, without the
 * macros' options.
 */
export function readMacrosFile(text: string): ReadonlyMap<string, string> {
  const bodies = new Map<string, string>();
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    let line = lines[at] ?? '';
    while (continues(line) && at + 1 < lines.length) line += `\n${lines[++at] ?? ''}`;
    const match = /^[ \t]*%([A-Za-z_]\w*)(?:\([^)]*\))?[ \t]*/.exec(line);
    if (match?.[1] !== undefined) bodies.set(match[1], readBody(line.slice(match[0].length)));
  }
  return bodies;
}

/** What a body expands to when all macros in it are `%{nil}` or percent signs. */
export function expandLiteral(body: string): string {
  return body.replace(/%(\{nil\}|%)/g, (_, what: string) => (what === '%' ? '%' : ''));
}

const CLOSING: Readonly<Record<string, string>> = { '{': '}', '(': ')', '[': ']' };

/** Whether the next line belongs to this one. */
function continues(line: string): boolean {
  return line.replace(/\r+$/, '').endsWith('\\') || depthOf(line) > 0;
}

function depthOf(line: string): number {
  const depths = new Map<string, number>();
  for (let at = 0; at < line.length; at++) {
    const [char = '', next = ''] = [line[at], line[at + 1]];
    if (char === '\\') at++;
    else if (char === '%' && next === '%') at++;
    else at += count(depths, char, next);
  }
  return [...depths.values()].reduce((sum, depth) => sum + depth, 0);
}

/** Counts a bracket, and says how many more characters it took. */
function count(depths: Map<string, number>, char: string, next: string): number {
  if (char === '%' && next in CLOSING) {
    depths.set(next, (depths.get(next) ?? 0) + 1);
    return 1;
  }
  for (const [open, close] of Object.entries(CLOSING)) {
    const depth = depths.get(open) ?? 0;
    if (depth > 0 && (char === open || char === close)) depths.set(open, depth + (char === open ? 1 : -1));
  }
  return 0;
}

function readBody(text: string): string {
  if (text.startsWith('{')) return text.slice(1, text.lastIndexOf('}'));
  const depths = new Map<string, number>();
  let body = '';
  for (let at = 0; at < text.length; at++) {
    let char = text[at] ?? '';
    const isOpen = [...depths.values()].some((depth) => depth > 0);
    if (!isOpen && /[\n\r]/.test(char)) break;
    if (char === '\\' && at + 1 < text.length) char = text[++at] ?? '';
    else if (char === '%' && text[at + 1] === '%') body += text[at++] ?? '';
    else if (count(depths, char, text[at + 1] ?? '') === 1) body += text[at++] ?? '';
    body += text[at] ?? char;
  }
  return body.replace(/[ \t\n\r]+$/, '');
}

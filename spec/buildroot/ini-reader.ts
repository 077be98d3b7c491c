/** Reads what dnf reads: libdnf's iniparser, for files with one section. */
export function readIniSection(text: string): {
  readonly section: string;
  readonly options: ReadonlyMap<string, string>;
} {
  const [first = '', ...lines] = text.split('\n');
  const section = /^\[([^\]]+)\]$/.exec(first)?.[1] ?? '';
  const options = new Map<string, string>();
  let key = '';
  for (const line of lines) {
    if (line === '' || /^[#;]/.test(line)) continue;
    if (/^[ \t]/.test(line)) {
      options.set(key, `${options.get(key) ?? ''}\n${line.trim()}`);
      continue;
    }
    const at = line.indexOf('=');
    key = line.slice(0, at).trim();
    if (options.has(key)) throw new Error(`${key} is there twice`);
    options.set(key, line.slice(at + 1).trim());
  }
  return { section, options };
}

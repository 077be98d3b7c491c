import { createHash } from 'node:crypto';
import { adler32, toHexDigest } from '../../lib/koji/adler32.js';
import type { HubCall, HubReply } from './hub-scripted.js';

/** What a hub does with uploads (kojihub/kojihub.py: `handle_upload`, `checkUpload`); held to the recordings by its own spec. */
export class HubFiles {
  readonly files = new Map<string, Buffer>();

  text(path: string): string | undefined {
    return this.files.get(path)?.toString();
  }

  handle(call: HubCall): HubReply {
    return call.method === 'checkUpload' ? this.#check(call) : this.#write(call);
  }

  #write({ query, body }: HubCall): HubReply {
    const name = query.get('filename') ?? '';
    const path = query.get('filepath') ?? '';
    if (name.includes('/')) return { fault: [1000, `Invalid upload filename: ${name}`] };
    if (path.split('/').includes('..')) return { fault: [1000, `Invalid upload directory: ${path}`] };
    const key = `${path}/${name}`;
    const before = this.files.get(key);
    let offset = Number(query.get('offset'));
    if (offset === 0 && before !== undefined && !query.has('overwrite'))
      return { fault: [1000, `upload path exists: ${key}`] };
    const kept = before ?? Buffer.alloc(0);
    if (offset < 0) offset = kept.length;
    const hole = Buffer.alloc(Math.max(0, offset - kept.length));
    this.files.set(key, Buffer.concat([kept.subarray(0, offset), hole, body]));
    const hexdigest = toHexDigest(adler32(body));
    return { value: { size: body.length, fileverify: 'adler32', offset, hexdigest } };
  }

  #check({ args, keywords }: HubCall): HubReply {
    const content = this.files.get(`${args[0] as string}/${args[1] as string}`);
    if (content === undefined) return { value: null };
    const answer = { size: content.length, mtime: 1795434409.75 };
    const { verify } = keywords;
    if (typeof verify !== 'string') return { value: answer };
    const tail = content.subarray(-Number(keywords['tail'] ?? content.length));
    const hexdigest =
      verify === 'adler32' ? toHexDigest(adler32(tail)) : createHash(verify).update(tail).digest('hex');
    return { value: { ...answer, sumlength: tail.length, hexdigest } };
  }
}

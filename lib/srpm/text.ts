const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text, and whether its bytes were UTF-8. */
export interface DecodedText {
  readonly text: string;
  readonly isUtf8: boolean;
}

/** Reads bytes as UTF-8, or byte by byte as Latin-1 where they are not: old packages state no encoding. */
export function decodeText(bytes: Buffer): DecodedText {
  try {
    return { text: UTF8.decode(bytes), isUtf8: true };
  } catch {
    return { text: bytes.toString('latin1'), isUtf8: false };
  }
}

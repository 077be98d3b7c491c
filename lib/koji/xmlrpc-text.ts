/**
 * What XML 1.0 cannot carry: control characters but tab, line feed and carriage return (the set that upstream's
 * `removeNonprintable` drops), and the two non-characters that its grammar leaves out.
 */
// eslint-disable-next-line no-control-regex -- they are what it is about
const NOT_IN_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const LONE_SURROGATE = /\p{Surrogate}/gu;

/**
 * Text as a hub can read it: without the characters that XML has no way to carry, which would make the hub refuse the whole
 * call. Halves of characters, which UTF-8 has no way to carry, become U+FFFD.
 *
 * @public
 */
export function toXmlText(text: string): string {
  return text.replace(NOT_IN_XML, '').replace(LONE_SURROGATE, '\ufffd');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  // As it is, an XML reader would make a line feed of it.
  '\r': '&#13;',
};

/** Clean text as it stands between tags. */
export function escapeText(text: string): string {
  return toXmlText(text).replace(/[&<>\r]/g, (character) => ESCAPES[character] ?? '');
}

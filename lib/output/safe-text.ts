/**
 * What must not reach a terminal or a page from a build's text: control characters except tab and newline (escape
 * sequences begin with one), DEL, C1 controls, and the characters that change the direction of what follows.
 */
// eslint-disable-next-line no-control-regex -- finding them is its purpose
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/**
 * Text that is safe to print: characters that a terminal or a page would act on become visible, as in `\x1b`.
 *
 * @public
 */
export function toSafeText(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

import { isStruct } from './keyword-arguments.js';
import { KojiTransportError } from './koji-error.js';
import type { RawUploadReply } from './koji-session.js';
import type { XmlRpcValue } from './xmlrpc-value.js';

/** Reads the hub's answer to an upload: `{size, fileverify, offset, hexdigest}`. */
export function toRawUploadReply(value: XmlRpcValue): RawUploadReply {
  const { size, offset, hexdigest } = isStruct(value) ? value : {};
  if (typeof size !== 'number' || typeof offset !== 'number' || typeof hexdigest !== 'string')
    throw new KojiTransportError('PROTOCOL_ERROR', 'the answer is not that of an upload', {
      method: 'rawUpload',
    });
  return { size, offset, hexdigest };
}

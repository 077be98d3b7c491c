import { readDependencies } from './dependency.js';
import { readFileList } from './file-list.js';
import type { HeaderBlob } from './header-blob.js';
import { isVersion6Signature } from './header-digests.js';
import { formatNevra } from './nevra.js';
import type { PackageHeaders } from './read-headers.js';
import type { RpmHeader, RpmPayload } from './rpm-header.js';
import { readSignatures } from './signatures.js';
import { SrpmError } from './srpm-error.js';
import type { SignatureTagName, TagName } from './tags.js';

/** Reads the tags of any package. @throws SRPM_INVALID, SRPM_LIMIT */
export function toRpmHeader(headers: PackageHeaders): RpmHeader {
  const { file, header, signature } = headers;
  const isSource = isSourceHeader(headers);
  const headerArch = header.text('ARCH');
  const label = {
    name: requiredText(headers, 'NAME'),
    epoch: header.number('EPOCH'),
    version: requiredText(headers, 'VERSION'),
    release: requiredText(headers, 'RELEASE'),
    arch: isSource ? sourceArch(headers) : (headerArch ?? '(none)'),
  };
  const isVersion6 = isVersion6Signature(signature);
  const fields = {
    file,
    formatVersion: header.number('RPMFORMAT') ?? (header.hasRegion ? 4 : 3),
    ...label,
    headerArch,
    nevra: formatNevra(label),
    isSource,
    sourceRpm: header.text('SOURCERPM'),
    summary: header.text('SUMMARY'),
    description: header.text('DESCRIPTION'),
    license: header.text('LICENSE'),
    url: header.text('URL'),
    group: header.text('GROUP'),
    vendor: header.text('VENDOR'),
    packager: header.text('PACKAGER'),
    distribution: header.text('DISTRIBUTION'),
    os: header.text('OS'),
    buildTime: header.number('BUILDTIME'),
    buildHost: header.text('BUILDHOST'),
    rpmVersion: header.text('RPMVERSION'),
    encoding: header.text('ENCODING'),
    dependencies: readDependencies(file, header),
    files: readFileList(file, header),
    installedBytes: header.number('LONGSIZE') ?? header.number('SIZE'),
    payload: readPayload(headers, isVersion6),
    sigMd5: isVersion6 ? undefined : signature.binary('MD5')?.toString('hex'),
    digests: headers.digests,
    signatures: readSignatures(signature, isVersion6),
  };
  return { ...fields, notUtf8: header.notUtf8 };
}

/** As headerIsSource and applyRetrofits of rpm 6.1 decide. */
function isSourceHeader({ header }: PackageHeaders): boolean {
  if (header.has('SOURCEPACKAGE')) return true;
  if (header.has('SOURCERPM')) return false;
  const folders = header.texts('DIRNAMES') ?? [];
  if (folders.length > 0) return folders.length === 1 && folders[0] === '';
  return (header.texts('OLDFILENAMES') ?? ['/']).every((path) => !path.includes('/'));
}

function sourceArch({ header }: PackageHeaders): string {
  return header.has('NOSOURCE') || header.has('NOPATCH') ? 'nosrc' : 'src';
}

function requiredText({ file, header }: PackageHeaders, tag: TagName): string {
  const text = header.text(tag);
  if (text === undefined || text === '')
    throw new SrpmError('SRPM_INVALID', file, `its header has no ${tag}`);
  return text;
}

function readPayload(headers: PackageHeaders, isVersion6: boolean): RpmPayload {
  const { header, signature } = headers;
  // Version 6 states its sizes in the header alone.
  const sizeTags = isVersion6 ? [] : (['LONGSIZE', 'SIZE'] as const);
  const archiveTags = isVersion6 ? [] : (['LONGARCHIVESIZE', 'PAYLOADSIZE'] as const);
  const signedBytes = firstNumber(signature, sizeTags);
  // What cannot be, is not stated: a payload of less than nothing.
  const headerBytes = headers.headerBytes.length;
  const isStated = signedBytes !== undefined && signedBytes >= headerBytes;
  return {
    format: header.text('PAYLOADFORMAT') ?? 'cpio',
    compressor: header.text('PAYLOADCOMPRESSOR'),
    flags: header.text('PAYLOADFLAGS'),
    offset: headers.payloadOffset,
    sizeBytes: header.number('PAYLOADSIZE') ?? (isStated ? signedBytes - headerBytes : undefined),
    archiveBytes:
      header.number('PAYLOADSIZEALT') ?? firstNumber(signature, archiveTags) ?? header.number('ARCHIVESIZE'),
  };
}

function firstNumber(
  signature: HeaderBlob<SignatureTagName>,
  tags: readonly SignatureTagName[],
): number | undefined {
  const present = tags.find((tag) => signature.number(tag) !== undefined);
  return present && signature.number(present);
}

/**
 * How a tag's values are stored. The three kinds of strings may stand for each other, as in rpm.
 * Source: https://rpm-software-management.github.io/rpm/manual/format_header.html
 */
export type TagType =
  'char' | 'int8' | 'int16' | 'int32' | 'int64' | 'string' | 'binary' | 'strings' | 'i18n';

/** By their number in the index; 0 (null) is refused there, as by rpm. */
export const TAG_TYPES: readonly (TagType | undefined)[] = [
  undefined,
  'char',
  'int8',
  'int16',
  'int32',
  'int64',
  'string',
  'binary',
  'strings',
  'i18n',
];

/** The number of `binary`. */
export const BINARY_TYPE = 7;

type StringType = 'string' | 'strings' | 'i18n';

export function isStringType(type: TagType): type is StringType {
  return type === 'string' || type === 'strings' || type === 'i18n';
}

/** Bytes of a value, and what its offset in the data is a multiple of. */
export const VALUE_BYTES: Readonly<Record<Exclude<TagType, StringType>, number>> = {
  char: 1,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  binary: 1,
};

/** Regions: an entry whose data is a trailer that closes what rpm calls immutable. */
export const REGION = { image: 61, signatures: 62, immutable: 63 } as const;

/** The least number of a tag that is not about the header itself (HEADER_I18NTABLE). */
export const LEAST_TAG = 100;

type TagTable = Readonly<Record<string, readonly [tag: number, type: TagType]>>;

/** The main header's tags that are read here. Source: include/rpm/rpmtag.h of rpm 6.1, `rpmTag_e`. */
export const TAGS = {
  NAME: [1000, 'string'],
  VERSION: [1001, 'string'],
  RELEASE: [1002, 'string'],
  EPOCH: [1003, 'int32'],
  SUMMARY: [1004, 'i18n'],
  DESCRIPTION: [1005, 'i18n'],
  BUILDTIME: [1006, 'int32'],
  BUILDHOST: [1007, 'string'],
  SIZE: [1009, 'int32'],
  DISTRIBUTION: [1010, 'string'],
  VENDOR: [1011, 'string'],
  LICENSE: [1014, 'string'],
  PACKAGER: [1015, 'string'],
  GROUP: [1016, 'i18n'],
  SOURCE: [1018, 'strings'],
  PATCH: [1019, 'strings'],
  URL: [1020, 'string'],
  OS: [1021, 'string'],
  ARCH: [1022, 'string'],
  OLDFILENAMES: [1027, 'strings'],
  FILESIZES: [1028, 'int32'],
  FILEMODES: [1030, 'int16'],
  FILEMTIMES: [1034, 'int32'],
  FILEDIGESTS: [1035, 'strings'],
  FILELINKTOS: [1036, 'strings'],
  FILEFLAGS: [1037, 'int32'],
  SOURCERPM: [1044, 'string'],
  ARCHIVESIZE: [1046, 'int32'],
  PROVIDENAME: [1047, 'strings'],
  REQUIREFLAGS: [1048, 'int32'],
  REQUIRENAME: [1049, 'strings'],
  REQUIREVERSION: [1050, 'strings'],
  NOSOURCE: [1051, 'int32'],
  NOPATCH: [1052, 'int32'],
  CONFLICTFLAGS: [1053, 'int32'],
  CONFLICTNAME: [1054, 'strings'],
  CONFLICTVERSION: [1055, 'strings'],
  EXCLUDEARCH: [1059, 'strings'],
  EXCLUDEOS: [1060, 'strings'],
  EXCLUSIVEARCH: [1061, 'strings'],
  EXCLUSIVEOS: [1062, 'strings'],
  RPMVERSION: [1064, 'string'],
  BUILDARCHS: [1089, 'strings'],
  OBSOLETENAME: [1090, 'strings'],
  SOURCEPACKAGE: [1106, 'int32'],
  PROVIDEFLAGS: [1112, 'int32'],
  PROVIDEVERSION: [1113, 'strings'],
  OBSOLETEFLAGS: [1114, 'int32'],
  OBSOLETEVERSION: [1115, 'strings'],
  DIRINDEXES: [1116, 'int32'],
  BASENAMES: [1117, 'strings'],
  DIRNAMES: [1118, 'strings'],
  PAYLOADFORMAT: [1124, 'string'],
  PAYLOADCOMPRESSOR: [1125, 'string'],
  PAYLOADFLAGS: [1126, 'string'],
  LONGFILESIZES: [5008, 'int64'],
  LONGSIZE: [5009, 'int64'],
  FILEDIGESTALGO: [5011, 'int32'],
  RECOMMENDNAME: [5046, 'strings'],
  RECOMMENDVERSION: [5047, 'strings'],
  RECOMMENDFLAGS: [5048, 'int32'],
  SUGGESTNAME: [5049, 'strings'],
  SUGGESTVERSION: [5050, 'strings'],
  SUGGESTFLAGS: [5051, 'int32'],
  SUPPLEMENTNAME: [5052, 'strings'],
  SUPPLEMENTVERSION: [5053, 'strings'],
  SUPPLEMENTFLAGS: [5054, 'int32'],
  ENHANCENAME: [5055, 'strings'],
  ENHANCEVERSION: [5056, 'strings'],
  ENHANCEFLAGS: [5057, 'int32'],
  ENCODING: [5062, 'string'],
  PAYLOADSHA256: [5092, 'strings'],
  PAYLOADSHA256ALT: [5097, 'strings'],
  PAYLOADSIZE: [5112, 'int64'],
  PAYLOADSIZEALT: [5113, 'int64'],
  RPMFORMAT: [5114, 'int32'],
  PAYLOADSHA512: [5121, 'string'],
  PAYLOADSHA512ALT: [5122, 'string'],
  PAYLOADSHA3_256: [5123, 'string'],
  PAYLOADSHA3_256ALT: [5124, 'string'],
} as const satisfies TagTable;

/**
 * The signature header's tags that are read here. Some numbers mean something else in the main header.
 * Source: include/rpm/rpmtag.h of rpm 6.1, `rpmSigTag_e`.
 */
export const SIGNATURE_TAGS = {
  DSA: [267, 'binary'],
  RSA: [268, 'binary'],
  SHA1: [269, 'string'],
  LONGSIZE: [270, 'int64'],
  LONGARCHIVESIZE: [271, 'int64'],
  SHA256: [273, 'string'],
  OPENPGP: [278, 'strings'],
  SHA3_256: [279, 'string'],
  RESERVED: [999, 'binary'],
  SIZE: [1000, 'int32'],
  PGP: [1002, 'binary'],
  MD5: [1004, 'binary'],
  GPG: [1005, 'binary'],
  PAYLOADSIZE: [1007, 'int32'],
} as const satisfies TagTable;

export type TagName = keyof typeof TAGS;
export type SignatureTagName = keyof typeof SIGNATURE_TAGS;

/** What rpm says a main header's tag holds; `undefined` for those not read here. */
export const TYPE_BY_TAG: ReadonlyMap<number, TagType> = new Map(
  Object.values<readonly [number, TagType]>(TAGS),
);

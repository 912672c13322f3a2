import type { LiveFile } from './actions.js';

/**
 * Part of the name of data files whose Parquet is written here alone. Such a file's bounds tell of NaN: a row group that has one has no bounds. Names say
 * nothing else, and none is asked for (PROTOCOL.md, "Data Files").
 */
const OWN = 't000';
/** Part of the names of files with row groups that another writer has made. */
const COPIED = 'c000';

/** Name of a data file. @param number may be a placeholder of the engine's @param ending what follows, `.zstd.parquet` */
export function dataFileName(number: string, id: string, ending: string, own = true): string {
  return `part-${number}-${id}.${own ? OWN : COPIED}${ending}`;
}

const OWN_NAME = new RegExp(`(^|/)part-\\d+-[\\da-f-]{36}\\.${OWN}(\\.[\\w.]+)?$`);

/** Whether no row group of a file has bounds and a NaN of which they say nothing. Other writers may leave NaN out of bounds. */
export function boundsTellOfNan({ path }: Pick<LiveFile, 'path'>): boolean {
  return OWN_NAME.test(path);
}

/** `git hash-object dataset.csv` of the data set as Maharshi Pandya published it (114,000 rows). */
const ORIGINAL_GIT_BLOB = '623114a306a820ed68a77be900643aa1f10764f8';

/** Whether an unpacked CSV is, byte for byte, the published data set. */
export function isOriginalDataSet(gitBlob: string): boolean {
  return gitBlob === ORIGINAL_GIT_BLOB;
}

/** What a check found; `undefined` for nothing worth saying. A check that throws has failed. */
export type Check = () => Promise<string | undefined> | string | undefined;

/** Runs a check and reports it. @returns whether it passed */
export type RunCheck = (name: string, mend: string, run: Check) => Promise<boolean>;

/** What a check says when it fails: shown as it is, without a code. */
export class CheckFailure extends Error {}

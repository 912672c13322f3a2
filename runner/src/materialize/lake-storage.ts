import type { DeltaStorage } from './delta-storage.js';
import type { Storage } from './storage.js';

/** What runs and commands ask of the place where tables live, be it a warehouse of Delta tables or a database file. */
export type LakeStorage = Storage &
  Pick<DeltaStorage, 'cloneFrom' | 'exposeFrom' | 'has' | 'latestSelect' | 'selectAt' | 'table'> &
  // elsewhere the engine keeps the functions itself
  Partial<Pick<DeltaStorage, 'functions'>>;

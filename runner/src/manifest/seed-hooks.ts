import type { SourcePlace } from '../errors/source-text.js';
import { ProjectError } from '../errors/tsdbt-error.js';
import { projectCodes } from '../project/codes.js';
import type { NodeConfig } from './nodes.js';

const READS = /\{[{%][^}]*\b(?:ref|source)\s*\(/;

/** dbt's refusal of a seed whose hook reads another node: seeds come before everything else. */
export function seedHookErrors({ pre_hook, post_hook }: NodeConfig, place: SourcePlace): readonly ProjectError[] {
  if (![...pre_hook, ...post_hook].some((hook) => READS.test(hook))) return [];
  return [
    new ProjectError(
      projectCodes.wrongValue,
      'Seeds cannot depend on other nodes: a hook of this seed calls ref() or source()',
      {
        place,
        hint: 'give the hook to a model that reads the seed',
      },
    ),
  ];
}

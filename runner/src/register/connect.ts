import type { Engine } from '../engines/engine.js';
import { openTrino } from '../engines/trino/trino-engine.js';
import type { Target } from '../project/project.js';
import { trinoOptionsOf } from '../project/targets-trino.js';

/**
 * Connects to the server that a target of type trino names.
 * @throws {EngineError} TSD503x where it does not answer, or does not know the user
 */
export function connectTrino(target: Target): Promise<Engine> {
  return openTrino(trinoOptionsOf(target));
}

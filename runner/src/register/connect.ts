import type { Engine } from '../engines/engine.js';
import { EngineError } from '../errors/tsdbt-error.js';
import type { Target } from '../project/project.js';
import { registerCodes } from './codes.js';

/** Opens the engine of a target of type trino. */
export async function connectTrino(target: Target): Promise<Engine> {
  throw new EngineError(registerCodes.refused, `target ${target.name} cannot be reached yet`);
}

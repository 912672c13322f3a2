import type { TemplateValue } from './values.js';

/** Thrown by dbt's `return(value)`; the macro around it catches it. Not an error, so no stack is taken. */
export class ReturnSignal {
  constructor(readonly value: TemplateValue) {}
}

import type { ColorName } from '../definition-schema.js';

/** Tones of the page's colours on a light ground. */
export const tones: Readonly<Record<ColorName, string>> = {
  blue: '#0072b2',
  orange: '#c97b00',
  green: '#00835f',
  pink: '#b3588c',
  red: '#c2500a',
  sky: '#3a95cc',
  olive: '#877f00',
  grey: '#7b8289',
};

/** What all charts share: names and colours of values. */
export interface Words {
  readonly labels: Readonly<Record<string, string>>;
  readonly colors: Readonly<Record<string, ColorName>>;
}

/** The program, from its sources: `node --import jiti/register tsdbt.ts …`. */
import { main } from '../../src/cli/main.js';

process.exitCode = await main(process.argv.slice(2));

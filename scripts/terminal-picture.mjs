// Draws what a command prints in a terminal as an SVG picture.
//   node scripts/terminal-picture.mjs docs/images/build.svg npx tsdbt run --select +gold.descriptive
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

const [output, ...command] = process.argv.slice(2);
if (output === undefined || command.length === 0) {
  process.stderr.write('usage: node scripts/terminal-picture.mjs <file.svg> <command…>\n');
  process.exit(2);
}
const { NO_COLOR: _, ...environment } = process.env;
const run = spawnSync(command[0], command.slice(1), {
  encoding: 'utf8',
  env: { ...environment, FORCE_COLOR: '1', npm_config_loglevel: 'error' },
  maxBuffer: 2 ** 26,
});
const text = `${run.stdout}${run.stderr}`.replace(/^npm warn.*\n/gm, '').trimEnd();
const lines = [`\x1b[2m$\x1b[22m ${command.join(' ')}`, ...text.split('\n')];

const ESC = String.fromCharCode(27);
const ANSI = new RegExp(`(${ESC}\\[[0-9;]*m)`, 'g');
const CODES = new RegExp(`^${ESC}\\[([0-9;]*)m$`);
const COLORS = {
  31: '#f47067',
  32: '#57ab5a',
  33: '#c69026',
  34: '#539bf5',
  35: '#b083f0',
  36: '#39c5cf',
  90: '#768390',
};
const FONT = 13;
const WIDTH = 7.82;
const LINE = 18;
const PAD = 16;

const escaped = (part) => part.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** One line with ANSI colours → tspans. */
function spans(line) {
  let style = { fill: '#cdd9e5', bold: false, dim: false };
  let result = '';
  for (const part of line.split(ANSI)) {
    const codes = CODES.exec(part)?.[1];
    if (codes === undefined) {
      if (part !== '') {
        const weight = style.bold ? ' font-weight="bold"' : '';
        result += `<tspan fill="${style.fill}"${weight}${style.dim ? ' opacity="0.65"' : ''}>${escaped(part)}</tspan>`;
      }
      continue;
    }
    for (const code of codes.split(';').map(Number)) {
      if (code === 0) style = { fill: '#cdd9e5', bold: false, dim: false };
      else if (code === 1) style = { ...style, bold: true };
      else if (code === 2) style = { ...style, dim: true };
      else if (code === 22) style = { ...style, bold: false, dim: false };
      else if (code === 39) style = { ...style, fill: '#cdd9e5' };
      else if (COLORS[code] !== undefined) style = { ...style, fill: COLORS[code] };
    }
  }
  return result;
}

const plain = lines.map((line) => line.replace(ANSI, ''));
const width = Math.ceil(Math.max(...plain.map((line) => line.length)) * WIDTH + 2 * PAD);
const height = lines.length * LINE + 2 * PAD;
const rows = lines.map(
  (line, i) => `<text x="${PAD}" y="${PAD + (i + 1) * LINE - 5}" xml:space="preserve">${spans(line)}</text>`,
);
writeFileSync(
  output,
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(plain[0])}">
<rect width="100%" height="100%" rx="8" fill="#22272e"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT}">
${rows.join('\n')}
</g>
</svg>
`,
);
process.exitCode = run.status ?? 1;

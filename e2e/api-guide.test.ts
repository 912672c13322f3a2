import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Block, blocksOf } from './guides.js';
import { run } from './temp-project.js';

const ROOT = resolve(import.meta.dirname, '..');
const GUIDE = 'api.md';
const blocks = blocksOf(GUIDE, readFileSync(join(ROOT, 'docs', GUIDE), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'tsdbt-api-guide-'));
const project = join(folder, 'shop');

beforeAll(async () => {
  const { code, stderr } = await run(process.execPath, [join(ROOT, 'runner/bin/tsdbt.js'), 'init', 'shop'], folder);
  expect(code, stderr).toBe(0);
  symlinkSync(join(ROOT, 'node_modules'), join(project, 'node_modules'));
  mkdirSync(join(project, 'examples'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Each example with what the guide says that it prints. */
const examples = blocks.flatMap((block, i) => {
  const output = blocks[i + 1];
  return block.language === 'ts' && block.runner === 'run' && output?.language === 'output' ? [{ block, output }] : [];
});
const fileOf = ({ line }: Block): string => `examples/line-${line}.ts`;

describe('docs/api.md', () => {
  it('has no example that is not executed', () => {
    expect(examples.map(({ block }) => block)).toEqual(blocks.filter(({ language }) => language === 'ts'));
    expect(examples.length).toBeGreaterThan(3);
  });

  for (const { block, output } of examples)
    it(`line ${block.line} prints what it says`, { timeout: 120_000 }, async () => {
      writeFileSync(join(project, fileOf(block)), block.text);
      const { code, stdout, stderr } = await run(
        process.execPath,
        ['--import', 'jiti/register', join(project, fileOf(block))],
        project,
      );
      expect(stdout.trimEnd(), stderr).toBe(output.text);
      expect([code, stderr]).toEqual([0, '']);
    });

  it('has examples that are typed', { timeout: 120_000 }, async () => {
    for (const { block } of examples) writeFileSync(join(project, fileOf(block)), block.text);
    const options = {
      target: 'es2023',
      module: 'nodenext',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: ['node'],
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['examples'] }));
    const { code, stdout } = await run(
      process.execPath,
      [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', '.'],
      project,
    );
    expect([code, stdout]).toEqual([0, '']);
  });
});

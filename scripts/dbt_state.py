# Asks dbt what counts as modified after each change of a list, in one process. Called by dbt-state.mjs.
import contextlib, io, json, shutil, sys
from pathlib import Path

from dbt.cli.main import dbtRunner

folder, cases = Path(sys.argv[1]), json.load(sys.stdin)
original, project, state = folder / 'project', folder / 'changed', folder / 'state'
PARTS = ['', '.body', '.configs', '.relation', '.persisted_descriptions', '.macros', '.contract']


def common(at):
    return ['--project-dir', str(at), '--profiles-dir', str(at), '--quiet', '--no-version-check', '--no-partial-parse']


def invoke(words, manifest=None):
    with contextlib.redirect_stdout(io.StringIO()):
        return dbtRunner(manifest=manifest).invoke(words)


invoke(['parse', *common(original)])
state.mkdir()
shutil.copy(original / 'target' / 'manifest.json', state)
for case in cases:
    shutil.rmtree(project, ignore_errors=True)
    shutil.copytree(original, project, ignore=shutil.ignore_patterns('target', 'logs', '*.duckdb'))
    for edit in case.get('edits', []):
        file = project / edit['file']
        if 'from' in edit:
            text = file.read_text()
            assert text.count(edit['from']) == 1, edit
            file.write_text(text.replace(edit['from'], edit['to']))
        elif edit['text'] is None: file.unlink()
        else: file.write_text(edit['text'])
    given = case.get('given', {})
    args = ['--target', given['target']] if 'target' in given else []
    if 'vars' in given: args += ['--vars', json.dumps(given['vars'])]
    parsed = invoke(['parse', *common(project), *args])
    case['dbt'] = {}
    if not parsed.success:
        print(case['change'], parsed.exception, file=sys.stderr)
        continue
    for part in PARTS:
        select = ['--select', 'state:modified' + part, '--indirect-selection', 'empty', '--state', str(state)]
        keys = ['--output', 'json', '--output-keys', 'unique_id']
        run = invoke(['ls', *common(project), *select, *keys, *args], parsed.result)
        if run.exception: print(case['change'], run.exception, file=sys.stderr)
        found = sorted(json.loads(line)['unique_id'] for line in run.result or []) if run.success else 'error'
        if found: case['dbt']['modified' + part] = found
sys.stdout.write('\n')
json.dump(cases, sys.stdout)

# Asks dbt what each case of a file selects, in one process. Called by dbt-selectors.mjs.
import contextlib, io, json, sys

from dbt.cli.main import dbtRunner

project, cases = sys.argv[1], json.load(sys.stdin)
common = ['--project-dir', project, '--profiles-dir', project, '--quiet', '--no-version-check']
manifest = dbtRunner().invoke(['parse', *common]).result
for case in cases:
    words = ['ls', *case['args'], *common, '--output', 'json', '--output-keys', 'unique_id']
    with contextlib.redirect_stdout(io.StringIO()):
        run = dbtRunner(manifest=manifest).invoke(words)
    if run.exception: print(case['args'], run.exception, file=sys.stderr)
    case['selects'] = sorted(json.loads(line)['unique_id'] for line in run.result or []) if run.success else 'error'
json.dump(cases, sys.stdout)

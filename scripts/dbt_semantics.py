# Asks dbt what it says of the semantic layer in each case of a list, in one process. Called by dbt-semantics.mjs.
import contextlib, io, json, re, shutil, sys
from pathlib import Path

import dbt.deprecations
from dbt.cli.main import dbtRunner

folder, cases = Path(sys.argv[1]), json.load(sys.stdin)
original, project = folder / 'project', folder / 'changed'
# what dbt cannot put into a document of another form is no matter of the project
ASIDE = {'MFConverterIssue', 'DeprecationsSummary', 'MainStackTrace', 'MainEncounteredError'}


def plain(text):
    text = re.sub(r'\x1b\[\d*m|^\[WARNING\](\[\w+\])?: ', '', text).replace('[WARNING]: ', '')
    text = re.sub(r"FilePath\(.*?project_root='[^']*'\)", 'models/case.yml', text)
    # where dbt is installed differs from machine to machine
    text = re.sub(r'(?<=File ")[^"]*/site-packages/', '', text)
    return ' '.join(text.split())[-300:]


for case in cases:
    shutil.rmtree(project, ignore_errors=True)
    shutil.copytree(original, project)
    (project / 'models' / 'case.yml').write_text(case['yaml'])
    events = []
    listen = lambda event: events.append(event) if event.info.level in ('warn', 'error') else None
    dbt.deprecations.reset_deprecations()
    flags = ['--project-dir', str(project), '--profiles-dir', str(project), '--quiet', '--no-version-check', '--no-partial-parse']
    with contextlib.redirect_stdout(io.StringIO()):
        run = dbtRunner(callbacks=[listen]).invoke(['parse', *flags])
    told = [e for e in events if e.info.name not in ASIDE]
    errors = [plain(e.info.msg) for e in told if e.info.level == 'error']
    warnings = [plain(e.info.msg) for e in told if e.info.level == 'warn']
    case['dbt'] = {}
    if not run.success: case['dbt']['errors'] = errors or [plain(str(run.exception))]
    if warnings: case['dbt']['warnings'] = warnings
sys.stdout.write('\n')
json.dump(cases, sys.stdout)

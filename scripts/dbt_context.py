"""Evaluates expressions in dbt's context of a model, while it is parsed and while it runs.

Reads the cases from standard input and writes them, with dbt's values, to standard output; the argument is a copy of the
project. Not a part of any package: scripts/dbt-context.mjs calls it.
"""

import io
import json
import os
import sys
from argparse import Namespace

os.chdir(sys.argv[1])
cases = json.load(sys.stdin)
# agate takes the output that it prints to when it is imported
screen, sys.stdout = sys.stdout, io.StringIO()

import dbt.context.providers as providers
from dbt.adapters.factory import get_adapter, register_adapter
from dbt.cli.main import dbtRunner
from dbt.config.runtime import RuntimeConfig
from dbt.context.context_config import ContextConfig
from dbt.mp_context import get_mp_context
from dbt.node_types import NodeType
from dbt_common.clients.jinja import get_environment

runner = dbtRunner()
ran = runner.invoke(["run", "--profiles-dir", ".", "--quiet"])
assert ran.success, ran
manifest = runner.invoke(["parse", "--profiles-dir", ".", "--quiet"]).result
config = RuntimeConfig.from_args(
    Namespace(project_dir=".", profiles_dir=".", profile=None, target=None, threads=None, vars={}, which="run")
)
register_adapter(config, get_mp_context())
adapter = get_adapter(config)
adapter.set_macro_resolver(manifest)
adapter.set_macro_context_generator(providers.generate_runtime_macro_context)
node = manifest.nodes["model.shop.m"]


def evaluate(context, expression, parsing):
    """What the expression prints; None where it is an error."""
    try:
        template = get_environment(node, capture_macros=parsing).from_string("{{ " + expression + " }}")
        start = sys.stdout.tell()
        value = template.render(context)
        return sys.stdout.getvalue()[start:] + value
    except BaseException:
        return None


with adapter.connection_named("probe"):
    for case in cases:
        known = ContextConfig(config, node.fqn, NodeType.Model, "shop")
        parsing = providers.generate_parser_model_context(node, config, manifest, known)
        case["parse"] = evaluate(parsing, case["expression"], True)
        running = providers.generate_runtime_model_context(node, config, manifest)
        case["run"] = evaluate(running, case["expression"], False)

screen.write("\n" + json.dumps(cases) + "\n")

"""A pytest plugin that lets dbt's adapter test suite drive tsdbt: `run_dbt` starts the program in the project's folder and
reads what it did from the artifacts. Used by scripts/dbt-adapter-suite.mjs; TSDBT_BIN names the program, and TSDBT_SUITE=dbt
runs dbt itself, to tell which of the tests it passes."""

import importlib
import json
import os
import pkgutil
import re
import subprocess
from datetime import timezone
from unittest.mock import Mock
from urllib.parse import quote

import dbt.cli.main as main
import dbt.exceptions  # noqa: F401  (its classes count)
import dbt.tests.util as util
import dbt_common.exceptions as exceptions
import freezegun.api as frozen
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.contracts.graph.nodes import FunctionNode
from dbt.artifacts.schemas.results import FreshnessStatus, RunStatus, TestStatus
from dbt.cli.exceptions import DbtUsageException
from dbt.cli.main import dbtRunnerResult
from dbt.flags import get_flags
from dbt.materializations.incremental.microbatch import MicrobatchBuilder

pytest_plugins = ["dbt.tests.fixtures.project"]


def families():
    """dbt's classes of errors by the heading under which it prints them: more than the heading cannot be seen from outside."""
    found = {}
    waiting = [exceptions.DbtRuntimeError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        found.setdefault(kind.type.fget(kind.__new__(kind)), set()).add(kind)
    return found


def error_of(text):
    """What a command that ended with 2 would have raised: an error of every class that has its heading."""
    # a mistake in the command line, outside of any project
    if re.search(r"^TSD19[01]\d", text, re.M):
        return DbtUsageException(text)
    told = re.search(r"^(?:Encountered an error:\n)?(\w+) Error$", text, re.M)
    kinds = families().get(told[1] if told else "Runtime", {exceptions.DbtRuntimeError})
    leaves = [kind for kind in kinds if not any(other is not kind and issubclass(other, kind) for other in kinds)]

    def init(self, msg):
        Exception.__init__(self, msg)
        self.msg = msg
        self.node = None

    return type("ToldError", tuple(leaves), {"__init__": init, "__str__": lambda self: self.msg})(text)


class Record(dict):
    """A mapping of an artifact, with attributes; what it does not have is None."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return recorded(super().get(name))

    def __setattr__(self, name, value):
        self[name] = value

    def to_dict(self, **_):
        return self


def recorded(value):
    if isinstance(value, list):
        return [recorded(item) for item in value]
    return Record(value) if type(value) is dict else value


def release():
    """dbt's adapter of the fixtures gives the database file up: one process at a time may write it."""
    from dbt.adapters.factory import FACTORY

    for adapter in FACTORY.adapters.values():
        adapter.cleanup_connections()
        adapter.cache.clear()
    if DuckDBConnectionManager._ENV is not None:
        DuckDBConnectionManager._ENV.close()
    DuckDBConnectionManager.close_all_connections()


def connect(manager):
    """Tests ask dbt's adapter of tables beside a run of dbt, whose cache answers without a connection; here it needs one."""
    taken = manager.get_thread_connection

    def get_thread_connection(self):
        if self.get_if_exists() is None:
            self.set_connection_name("suite")
        return taken(self)

    manager.get_thread_connection = get_thread_connection


def folder_of(args):
    """Where a command finds its project, as dbt's fixtures tell it."""
    flags = get_flags()
    return flag_of(args, "--project-dir") or getattr(flags, "PROJECT_DIR", None) or os.getcwd()


def flag_of(args, name):
    for word, following in zip(args, [*args[1:], None]):
        if word == name:
            return following
        if word.startswith(f"{name}="):
            return word.split("=", 1)[1]
    return None


def target_of(args):
    """Folder of artifacts."""
    project = folder_of(args)
    named = flag_of(args, "--target-path") or os.environ.get("DBT_TARGET_PATH")
    if named is None and os.path.exists(f"{project}/dbt_project.yml"):
        with open(f"{project}/dbt_project.yml", encoding="utf-8") as file:
            named = (re.search(r"^target-path:\s*['\"]?([^'\"\n]+)", file.read(), re.M) or ["", None])[1]
    return os.path.join(project, named or "target")


def clock():
    """Node's flags that set its clock to the one a test has put into dbt's place."""
    if frozen.freeze_factories:
        now = frozen.freeze_factories[-1]().replace(tzinfo=timezone.utc)
    elif isinstance(MicrobatchBuilder.build_end_time, Mock):
        now = MicrobatchBuilder.build_end_time.return_value
    else:
        return {}
    program = f"""
    const Real = Date, ahead = {int(now.timestamp() * 1000)} - Real.now();
    globalThis.Date = class extends Real {{
      constructor(...given) {{ given.length > 0 ? super(...given) : super(Real.now() + ahead); }}
      static now() {{ return Real.now() + ahead; }}
    }};"""
    return {"NODE_OPTIONS": f"--import=data:text/javascript,{quote(program)}"}


def call(args):
    args = [str(word) for word in ["run"] if args is None] + [str(word) for word in args or []]
    for flag in ("PROJECT_DIR", "PROFILES_DIR"):
        name = f"--{flag.lower().replace('_', '-')}"
        value = getattr(get_flags(), flag, None)
        if value and flag_of(args, name) is None and command_of(args) != "init":
            args += [name, str(value)]
    # rows are told to programs as JSON
    if command_of(args) == "show" and "--output" not in args:
        args += ["--output", "json"]
    for name in ("run_results.json", "sources.json", "catalog.json"):
        # the results of the run before are what `retry` and `result:` read
        path = os.path.join(target_of(args), name)
        if os.path.exists(path):
            os.utime(path, (0, 0))
    release()
    program = ["node", os.environ["TSDBT_BIN"], *args]
    environment = {**os.environ, "NO_COLOR": "1", **clock()}
    ended = subprocess.run(
        program, capture_output=True, text=True, timeout=120, env=environment, stdin=subprocess.DEVNULL
    )
    print(f"\n\n$ tsdbt {' '.join(args)} → {ended.returncode}\n{ended.stdout}{ended.stderr}")
    return args, ended


def is_new(args, name):
    path = os.path.join(target_of(args), f"{name}.json")
    return os.path.exists(path) and os.path.getmtime(path) > 0


def artifact(args, name):
    with open(os.path.join(target_of(args), f"{name}.json"), encoding="utf-8") as file:
        return json.load(file)


def nodes_of(args):
    if not os.path.exists(os.path.join(target_of(args), "manifest.json")):
        return {}
    manifest = artifact(args, "manifest")
    kinds = ("nodes", "sources", "unit_tests", "exposures", "saved_queries", "functions")
    return {id: node for kind in kinds for id, node in manifest.get(kind, {}).items()}


def results(args, name):
    nodes = nodes_of(args)
    found = Results(args=artifact(args, name).get("args"))
    for result in artifact(args, name)["results"]:
        node = node_of(nodes.get(result["unique_id"], {"unique_id": result["unique_id"]}))
        for key in ("compiled_code", "relation_name"):
            if result.get(key) is not None:
                setattr(node, key, result[key])
        found.append(Record({**result, "status": status_of(result, node), "node": node}))
    return found


def node_of(entry):
    """An entry of the manifest; a function as dbt's class, for which its tests ask."""
    return FunctionNode.from_dict(entry) if entry.get("resource_type") == "function" else Record(entry)


def status_of(result, node):
    """A status as dbt's own results have it: tests ask for identity with `is`."""
    kinds = {"test": TestStatus, "unit_test": TestStatus, "source": FreshnessStatus}
    kind = kinds.get(node.resource_type, RunStatus)
    return kind(result["status"]) if result["status"] in set(kind) else result["status"]


class Results(list):
    """What dbt's commands hand back: results, and the arguments that the command was given."""

    def __init__(self, found=(), args=None):
        super().__init__(found)
        self.args = args or {}

    @property
    def results(self):
        return self


# words after which a value comes, where they stand before the command
VALUED = {"--log-format", "--log-level", "--warn-error-options", "--target-path", "--project-dir", "--profiles-dir"}
VALUED |= {"--log-path", "--log-format-file", "--log-level-file", "--printer-width", "--profile", "--target", "--event-time-start"}


def command_of(args):
    words = [word for before, word in zip(["", *args], args) if before not in VALUED]
    return next((word for word in words if not word.startswith("-")), "run")


def result_of(args, ended):
    command = command_of(args)
    if command in ("ls", "list"):
        return [line for line in ended.stdout.splitlines() if line]
    if command == "docs":
        return recorded(artifact(args, "catalog")) if is_new(args, "catalog") else None
    if command == "parse":
        return util.get_manifest(folder_of(args))
    if command == "debug":
        return ended.returncode == 0
    if command == "source":
        return results(args, "sources") if is_new(args, "sources") else Results()
    if is_new(args, "run_results"):
        found = results(args, "run_results")
        if command == "show" and ended.returncode == 0:
            for result in found:
                result["agate_table"] = json.loads(ended.stdout)["show"]
        return found
    return Results() if ended.returncode == 0 else None


class Runner:
    """In the place of dbt's class of this name."""

    def __init__(self, manifest=None, callbacks=None):
        self.manifest = manifest
        self.callbacks = callbacks or []
        self.output = ""

    def invoke(self, args, **flags):
        args = [str(word) for word in args]
        for name, value in flags.items():
            flag = name.replace("_", "-")
            if isinstance(value, bool):
                args.append(f"--{'' if value else 'no-'}{flag}")
            else:
                args += [f"--{flag}", json.dumps(value) if isinstance(value, dict) else str(value)]
        args, ended = call(args)
        self.output = ended.stdout + ended.stderr
        if ended.returncode == 2:
            return dbtRunnerResult(success=False, exception=error_of(self.output))
        return dbtRunnerResult(success=ended.returncode == 0, result=result_of(args, ended))


def run_tsdbt(args=None, expect_pass=True, callbacks=None):
    runner = Runner(callbacks=callbacks)
    ended = runner.invoke(["run"] if args is None else args)
    run_tsdbt.output = runner.output
    if ended.exception is not None:
        raise ended.exception
    if expect_pass is not None:
        assert ended.success == expect_pass, "dbt exit state did not match expected"
    return ended.result


def run_tsdbt_and_capture(args=None, expect_pass=True):
    return run_tsdbt(args, expect_pass), run_tsdbt.output


if os.environ.get("TSDBT_SUITE") != "dbt":
    connect(DuckDBConnectionManager)
    main.dbtRunner = util.dbtRunner = Runner
    util.run_dbt = run_tsdbt
    util.run_dbt_and_capture = run_tsdbt_and_capture


@pytest.fixture(scope="class")
def dbt_profile_target(tmp_path_factory):
    # some tests ask for a database of the name "dbt"
    return {"type": "duckdb", "path": str(tmp_path_factory.mktemp("database") / "dbt.duckdb"), "threads": 1}


@pytest.fixture(scope="class")
def profile_user():
    return None


__all__ = ["adopt", "dbt_profile_target", "profile_user"]


def adopt(area):
    """Every test class of an area of the suite; classes that adapters are meant to inherit become tests, too."""
    package = importlib.import_module(f"dbt.tests.adapter.{area}")
    found = {}
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if info.ispkg:
            continue
        module = importlib.import_module(info.name)
        classes = [value for value in vars(module).values() if is_test(value, module)]
        for value in classes:
            if not any(repeats(other, value) for other in classes):
                name = f"Test_{info.name.rsplit('.', 1)[1]}_{value.__name__}"
                found[name] = type(name, (value,), {})
    return found


def is_test(value, module):
    return (
        isinstance(value, type)
        and value.__module__ == module.__name__
        and value.__name__.startswith(("Base", "Test"))
        and any(method.startswith("test_") for method in dir(value))
    )


def repeats(value, base):
    """Whether a class is another one under a second name: `class TestX(BaseX): pass`."""
    return value.__bases__ == (base,) and all(name.startswith("__") for name in vars(value))

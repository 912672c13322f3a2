"""A pytest plugin that lets dbt's adapter test suite drive tsdbt: `run_dbt` starts the program in the project's folder and
reads what it did from the artifacts. Used by scripts/dbt-adapter-suite.mjs; TSDBT_BIN names the program, and TSDBT_SUITE=dbt
runs dbt itself, to tell which of the tests it passes."""

import importlib
import json
import os
import pkgutil
import re
import subprocess
from types import SimpleNamespace

import dbt.tests.util as util
import dbt_common.exceptions as exceptions
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.exceptions import DbtUsageException
from dbt.exceptions import ParsingError

pytest_plugins = ["dbt.tests.fixtures.project"]

ERRORS = {
    "Compilation Error": exceptions.CompilationError,
    "Parsing Error": ParsingError,
    "Database Error": exceptions.DbtDatabaseError,
    "Validation Error": exceptions.DbtValidationError,
    "Runtime Error": exceptions.DbtRuntimeError,
}


class Namespace(SimpleNamespace):
    """An artifact's mapping with attributes; what it does not have is None."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return None

    def get(self, name, default=None):
        return getattr(self, name) if name in self.__dict__ else default

    def to_dict(self, **_):
        return self.__dict__


def attributes(value):
    return Namespace(**{k: v for k, v in value.items()}) if isinstance(value, dict) else value


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


def call(args):
    args = [str(word) for word in args or ["run"]]
    # rows are told to programs as JSON
    if command_of(args) == "show" and "--output" not in args:
        args += ["--output", "json"]
    for name in ("run_results.json", "sources.json", "catalog.json"):
        if os.path.exists(f"target/{name}"):
            os.remove(f"target/{name}")
    release()
    program = ["node", os.environ["TSDBT_BIN"], *args]
    ended = subprocess.run(program, capture_output=True, text=True, timeout=120, env={**os.environ, "NO_COLOR": "1"})
    print(f"\n\n$ tsdbt {' '.join(args)} → {ended.returncode}\n{ended.stdout}{ended.stderr}")
    return args, ended


def artifact(name):
    with open(f"target/{name}.json", encoding="utf-8") as file:
        return json.load(file)


def results():
    manifest = artifact("manifest") if os.path.exists("target/manifest.json") else {"nodes": {}}
    nodes = {**manifest["nodes"], **manifest.get("unit_tests", {})}
    found = []
    for result in artifact("run_results")["results"]:
        node = attributes({**nodes.get(result["unique_id"], {"unique_id": result["unique_id"]})})
        for key in ("compiled_code", "relation_name"):
            if result.get(key) is not None:
                setattr(node, key, result[key])
        node.config = attributes(node.config or {})
        found.append(Namespace(**{**result, "node": node}))
    return found


class Results(list):
    """What dbt's commands hand back: results, and the arguments that the command was given."""

    def __init__(self, found=(), args=None):
        super().__init__(found)
        self.args = args or {}

    @property
    def results(self):
        return self


def command_of(args):
    return next((word for word in args if not word.startswith("-")), "run")


def result_of(args, ended):
    command = command_of(args)
    if command in ("ls", "list"):
        return [line for line in ended.stdout.splitlines() if line]
    if command == "docs":
        return attributes(artifact("catalog")) if os.path.exists("target/catalog.json") else None
    if command == "parse":
        return util.get_manifest(os.getcwd())
    if os.path.exists("target/run_results.json"):
        found = Results(results(), artifact("run_results")["args"])
        if command == "show" and ended.returncode == 0:
            for result in found:
                result.agate_table = json.loads(ended.stdout)["show"]
        return found
    return Results() if ended.returncode == 0 else None


def run_tsdbt(args=None, expect_pass=True, callbacks=None):
    args, ended = call(args)
    if ended.returncode == 2:
        text = ended.stdout + ended.stderr
        for heading, kind in ERRORS.items():
            if heading in text:
                raise kind(text)
        # a mistake in the command line, outside of any project
        if re.search(r"^TSD19[01]\d", text, re.M):
            raise DbtUsageException(text)
        raise exceptions.DbtRuntimeError(text)
    if expect_pass is not None:
        assert (ended.returncode == 0) == expect_pass, "dbt exit state did not match expected"
    run_tsdbt.output = ended.stdout + ended.stderr
    return result_of(args, ended)


def run_tsdbt_and_capture(args=None, expect_pass=True):
    return run_tsdbt(args, expect_pass), run_tsdbt.output


if os.environ.get("TSDBT_SUITE") != "dbt":
    connect(DuckDBConnectionManager)
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

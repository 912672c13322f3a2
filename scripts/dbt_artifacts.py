"""Reads the artifacts of one project as dbt's own classes and strict parsers read them, and compares them field by field with dbt's.

    python dbt_artifacts.py <our target folder> <dbt's target folder> [--details]

Prints one JSON object: what is not accepted, and how often each field differs, with an example of each.
"""

import json
import logging
import sys
from collections import defaultdict
from pathlib import Path

logging.disable(logging.CRITICAL)

# Fields that cannot be the same in two runs, or that say which program wrote them.
VOLATILE = {
    "created_at",
    "generated_at",
    "invocation_id",
    "invocation_started_at",
    "run_started_at",
    "execution_time",
    "started_at",
    "completed_at",
    "elapsed_time",
    "thread_id",
    "snapshotted_at",
    "max_loaded_at_time_ago_in_s",
    "root_path",
    "env",
}

# (where, field, why): what differs and may.
JUSTIFIED = [
    ("manifest", "compiled_code", "SQL as each program writes it: white space, CTE names of ephemeral models"),
    ("manifest", "extra_ctes", "ephemeral models are put into the SQL when it is rendered"),
    ("manifest", "depends_on.macros", "the engine's macros are its own; dbt adds those of the materialization when a test has run"),
    ("manifest", "macro dbt", "dbt lists all its macros, we list those of ours that are called"),
    ("manifest", "macro_sql", "the engine's macros are its own"),
    ("manifest", "doc dbt", "dbt's own overview"),
    ("manifest", "group.config", "dbt merges the config of models into groups"),
    ("manifest", "unit_test.checksum", "of another form of the same content"),
    ("manifest", "snapshot.checksum", "of a snapshot in YAML: dbt hashes the whole YAML file"),
    ("manifest", "model.compiled", "ephemeral models are compiled where they are read"),
    ("manifest", "model.compiled_path", "as compiled"),
    ("manifest", "extra_ctes_injected", "as compiled"),
    ("manifest", "operation.compiled", "hooks are rendered when they run, and no file is written of them"),
    ("manifest", "operation.compiled_path", "as compiled"),
    ("manifest", "build_path", "no file is written of what a materialization of ours sends"),
    ("manifest", "send_anonymous_usage_stats", "there are none"),
    ("manifest", "semantic_model.dimensions.datatype", "newer than the published schema: strict readers refuse it"),
    ("run_results", "compiled_code", "as in the manifest"),
    ("run_results", "adapter_response", "free to each adapter"),
    ("run_results", "message", "our own words"),
    ("run_results", "result only dbt's", "exposures and saved queries, which nothing runs"),
    ("run_results", "overload_results", "of functions, which we do not have"),
    ("run_results", "args", "flags that only one program has"),
    ("sources", "adapter_response", "free to each adapter"),
]


def read(folder, name):
    path = Path(folder) / name
    return json.loads(path.read_text()) if path.exists() else None


class Flags:
    """dbt's behaviour flags, none of them set."""

    def __getattr__(self, name):
        return False


def by_dbt(folder):
    """What dbt's own classes do not take."""
    import dbt.flags
    from dbt.artifacts.schemas.catalog import CatalogArtifact
    from dbt.artifacts.schemas.freshness import FreshnessExecutionResultArtifact
    from dbt.artifacts.schemas.manifest import WritableManifest
    from dbt.artifacts.schemas.run import RunResultsArtifact
    from dbt.contracts.graph.manifest import Manifest

    dbt.flags.set_flags(Flags())
    problems = []
    classes = {
        "manifest.json": WritableManifest,
        "run_results.json": RunResultsArtifact,
        "catalog.json": CatalogArtifact,
        "sources.json": FreshnessExecutionResultArtifact,
    }
    for name, cls in classes.items():
        path = Path(folder) / name
        if not path.exists():
            continue
        try:
            read_back = cls.read_and_check_versions(str(path))
            if name == "manifest.json":
                manifest = Manifest.from_writable_manifest(read_back)
                manifest.build_parent_and_child_maps()
            lost = lost_values(json.loads(path.read_text()), read_back.to_dict(omit_none=False))
            problems += [f"{name}: dbt's class drops {where}" for where in lost]
        except Exception as error:  # whatever it says is what a user would see
            problems.append(f"{name}: dbt's class: {type(error).__name__}: {str(error)[:400]}")
    return problems + by_metricflow(folder)


def by_metricflow(folder):
    """What the semantic interfaces' own classes do not take of semantic_manifest.json, and what their validation refuses."""
    from metricflow_semantic_interfaces.implementations.semantic_manifest import PydanticSemanticManifest
    from metricflow_semantic_interfaces.validations.semantic_manifest_validator import SemanticManifestValidator

    content = read(folder, "semantic_manifest.json")
    if content is None:
        return []
    try:
        manifest = PydanticSemanticManifest.parse_obj(content)
        lost = lost_values(content, json.loads(manifest.json()))
        problems = [f"semantic_manifest.json: the class drops {where}" for where in lost]
        if content["semantic_models"] and content["metrics"]:
            errors = SemanticManifestValidator().validate_semantic_manifest(manifest).errors
            problems += [f"semantic_manifest.json: {error.message}" for error in errors]
        return problems
    except Exception as error:  # whatever it says is what a user would see
        return [f"semantic_manifest.json: {type(error).__name__}: {str(error)[:400]}"]


def lost_values(given, kept, at="", found=None):
    """Keys that dbt's classes have no field for."""
    found = {} if found is None else found
    if isinstance(given, dict) and isinstance(kept, dict):
        for key, value in given.items():
            if key not in kept:
                if value is not None:
                    found.setdefault(generic(f"{at}.{key}"), None)
            else:
                lost_values(value, kept[key], f"{at}.{key}", found)
    elif isinstance(given, list) and isinstance(kept, list) and len(given) == len(kept):
        for one, other in zip(given, kept):
            lost_values(one, other, at, found)
    return list(found)


def generic(path):
    """A path without names of nodes."""
    parts = path.strip(".").split(".")
    kinds = {"model", "test", "seed", "snapshot", "source", "macro", "doc", "exposure", "operation", "analysis", "unit_test", "metric"}
    return ".".join(part for part in parts if part not in kinds)[-120:]


def by_parser(folder):
    """What dbt-artifacts-parser, which forbids every key it does not know, does not take."""
    try:
        from dbt_artifacts_parser import parser
    except ImportError:
        return None
    readers = {
        "manifest.json": parser.parse_manifest_v12,
        "run_results.json": parser.parse_run_results_v6,
        "catalog.json": parser.parse_catalog_v1,
        "sources.json": parser.parse_sources_v3,
    }
    problems = []
    for name, reader in readers.items():
        content = read(folder, name)
        if content is None:
            continue
        try:
            reader(content)
        except Exception as error:
            lines = [line for line in str(error).split("\n") if line.strip() and "For further" not in line]
            problems.append(f"{name}: dbt-artifacts-parser: {' | '.join(lines[:8])[:700]}")
    return problems


class Comparison:
    def __init__(self):
        self.differences = defaultdict(list)

    def add(self, artifact, kind, field, where, ours, theirs):
        self.differences[(artifact, kind, field)].append((where, ours, theirs))

    def entries(self, artifact, kind, ours, theirs, skip=()):
        for key in [*ours.keys(), *[key for key in theirs if key not in ours]]:
            if key not in ours or key not in theirs:
                self.add(artifact, label(kind, key), "only ours" if key in ours else "only dbt's", key, key in ours, key in theirs)
                continue
            self.values(artifact, label(kind, key), "", key, ours[key], theirs[key], skip)

    def values(self, artifact, kind, field, where, ours, theirs, skip=()):
        name = field.split(".")[-1]
        if name in VOLATILE or name in skip:
            return
        if field in ("columns", "config.meta", "meta", "config.column_types"):
            if ours != theirs and field != "columns":
                self.add(artifact, kind, field, where, ours, theirs)
            elif ours != theirs:
                for column in {**ours, **theirs}:
                    self.values(artifact, kind, "columns.*", f"{where} {column}", ours.get(column), theirs.get(column))
            return
        if isinstance(ours, dict) and isinstance(theirs, dict):
            for key in {**ours, **theirs}:
                path = f"{field}.{key}" if field else key
                if key not in ours or key not in theirs:
                    if key not in VOLATILE and key not in skip:
                        self.add(artifact, kind, path, where, ours.get(key, "(no key)"), theirs.get(key, "(no key)"))
                else:
                    self.values(artifact, kind, path, where, ours[key], theirs[key], skip)
        elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
            for one, other in zip(ours, theirs):
                self.values(artifact, kind, field, where, one, other, skip)
        elif ours != theirs and not (isinstance(ours, str) and isinstance(theirs, str) and "code" in name and squeezed(ours) == squeezed(theirs)):
            self.add(artifact, kind, field, where, ours, theirs)


def label(kind, key):
    """The programs' own macros and docs are told apart from those of the project."""
    own = key.count(".") > 1 and key.split(".")[1] in ("dbt", "dbt_duckdb")
    return f"{kind} dbt" if own and kind in ("macro", "doc") else kind


def squeezed(text):
    return "".join(text.split())


def compare(ours_folder, theirs_folder):
    found = Comparison()
    ours, theirs = read(ours_folder, "manifest.json"), read(theirs_folder, "manifest.json")
    if ours and theirs:
        for part, kind in [
            ("sources", "source"),
            ("macros", "macro"),
            ("docs", "doc"),
            ("exposures", "exposure"),
            ("metrics", "metric"),
            ("groups", "group"),
            ("selectors", "selector"),
            ("saved_queries", "saved_query"),
            ("semantic_models", "semantic_model"),
            ("unit_tests", "unit_test"),
        ]:
            found.entries("manifest", kind, ours[part], theirs[part])
        for kind in ["model", "seed", "snapshot", "test", "analysis", "operation"]:
            of_kind = lambda nodes: {key: node for key, node in nodes.items() if node["resource_type"] == kind}
            found.entries("manifest", kind, of_kind(ours["nodes"]), of_kind(theirs["nodes"]))
        first = lambda disabled: {key: nodes[0] for key, nodes in disabled.items()}
        found.entries("manifest", "disabled", first(ours["disabled"]), first(theirs["disabled"]))
        for part in ("parent_map", "child_map", "group_map"):
            in_order = lambda edges: {key: sorted(set(ids)) for key, ids in edges.items()}
            found.entries("manifest", part, in_order(ours[part]), in_order(theirs[part]))
        found.values("manifest", "metadata", "", "metadata", ours["metadata"], theirs["metadata"], ("dbt_version",))
        found.values("manifest", "file", "", "keys", sorted(ours), sorted(theirs))
    ours, theirs = read(ours_folder, "semantic_manifest.json"), read(theirs_folder, "semantic_manifest.json")
    if ours and theirs:
        by_name = lambda entries: {entry["name"]: entry for entry in entries}
        for part in ("semantic_models", "metrics", "saved_queries"):
            found.entries("semantic_manifest", part, by_name(ours[part]), by_name(theirs[part]))
        found.values("semantic_manifest", "configuration", "", "configuration", ours["project_configuration"], theirs["project_configuration"])
        found.values("semantic_manifest", "file", "", "keys", sorted(ours), sorted(theirs))
    for name, artifact in [("run_results.json", "run_results"), ("sources.json", "sources")]:
        ours, theirs = read(ours_folder, name), read(theirs_folder, name)
        if ours is None or theirs is None:
            continue
        by_id = lambda content: {result["unique_id"]: result for result in content["results"]}
        found.entries(artifact, "result", by_id(ours), by_id(theirs))
        found.values(artifact, "metadata", "", "metadata", ours["metadata"], theirs["metadata"], ("dbt_version",))
        if artifact == "run_results":
            found.values(artifact, "args", "", "args", ours["args"], theirs["args"])
    ours, theirs = read(ours_folder, "catalog.json"), read(theirs_folder, "catalog.json")
    if ours and theirs:
        for part in ("nodes", "sources"):
            found.entries("catalog", part[:-1], ours[part], theirs[part])
        found.values("catalog", "metadata", "", "metadata", ours["metadata"], theirs["metadata"], ("dbt_version",))
    return found.differences


def why(artifact, kind, field):
    for where, name, reason in JUSTIFIED:
        if where != artifact:
            continue
        full = f"{kind}.{field}"
        if name in (field, kind, full, f"{kind} {field}") or field.startswith(f"{name}.") or full.startswith(f"{name}.") or (name == "args" and kind == "args"):
            return reason
    return None


def main():
    ours, theirs = sys.argv[1:3]
    result = {"dbt": by_dbt(ours), "parser": by_parser(ours), "justified": {}, "differences": []}
    for (artifact, kind, field), examples in compare(ours, theirs).items():
        reason = why(artifact, kind, field)
        if reason is not None:
            result["justified"][f"{artifact} {kind} {field}"] = len(examples)
            continue
        where, a, b = examples[0]
        result["differences"].append(
            {"artifact": artifact, "kind": kind, "field": field, "times": len(examples), "where": where, "ours": short(a), "dbt": short(b)}
        )
    print(json.dumps(result))


def short(value):
    text = json.dumps(value)
    return text if len(text) <= 160 else f"{text[:160]}…"


main()

"""Imports a bundle made by `tsdbt dashboard superset`: a zip or a folder. What is there already is updated.

usage: python import_bundle.py <bundle> [<user who owns what is imported>]
"""

import pathlib
import sys
import zipfile

from superset.app import create_app


def read(bundle: pathlib.Path) -> dict[str, str]:
    """File name inside of the bundle -> text."""
    if bundle.is_dir():
        files = sorted(path for path in bundle.rglob("*.yaml"))
        return {path.relative_to(bundle).as_posix(): path.read_text("utf-8") for path in files}
    with zipfile.ZipFile(bundle) as archive:
        names = [name for name in archive.namelist() if name.endswith(".yaml")]
        # the zip has everything in one folder, as Superset's own exports have
        return {name.split("/", 1)[1]: archive.read(name).decode("utf-8") for name in names}


def cause_of(failure: BaseException) -> str:
    """What is behind an error: for invalid files, which of them and why."""
    while failure.__cause__ is not None:
        failure = failure.__cause__
    messages = getattr(failure, "normalized_messages", None)
    return str(messages()) if messages is not None else f"{type(failure).__name__}: {failure}"


def main() -> None:
    bundle = pathlib.Path(sys.argv[1])
    owner = sys.argv[2] if len(sys.argv) > 2 else "admin"
    app = create_app()
    with app.app_context():
        from superset import security_manager
        from superset.commands.exceptions import ImportFailedError
        from superset.commands.importers.v1.assets import ImportAssetsCommand
        from superset.utils.core import override_user

        user = security_manager.find_user(username=owner)
        if user is None:
            sys.exit(f"there is no user {owner}")
        contents = read(bundle)
        with override_user(user):
            try:
                ImportAssetsCommand(contents).run()
            except ImportFailedError as failure:
                sys.exit(f"the import failed: {cause_of(failure)}")
        print(f"Imported {len(contents)} files of {bundle}")


main()

#!/bin/sh
# Makes Superset ready: its own tables, an administrator, the dashboards. May be run again at any time: what is there is updated.
#   SUPERSET_SECRET_KEY, DATABASE_URL, REDIS_URL   as in superset_config.py
#   SUPERSET_ADMIN_PASSWORD                        required
#   SUPERSET_ADMIN_USER                            default: admin
#   SUPERSET_BUNDLE                                zip or folder of `tsdbt dashboard superset`; without it nothing is imported
#   TRINO_URL                                      e.g. http://trino:8080: waits until it answers, as an import needs its databases
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
: "${SUPERSET_SECRET_KEY:?set it: openssl rand -base64 42}"
: "${SUPERSET_ADMIN_PASSWORD:?set the password of the administrator}"
user=${SUPERSET_ADMIN_USER:-admin}
export SUPERSET_CONFIG_PATH="${SUPERSET_CONFIG_PATH:-$here/superset_config.py}"
export FLASK_APP="superset.app:create_app()"

superset db upgrade
# says so and succeeds where the user exists
superset fab create-admin --username "$user" --firstname Superset --lastname Admin \
  --email "$user@localhost" --password "$SUPERSET_ADMIN_PASSWORD"
superset init

[ -n "${SUPERSET_BUNDLE:-}" ] || exit 0
if [ -n "${TRINO_URL:-}" ]; then
  python - "$TRINO_URL" <<'PYTHON'
import sys, time, urllib.request

url = sys.argv[1].rstrip("/") + "/v1/info"
for _ in range(150):
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            if b'"starting":false' in answer.read().replace(b" ", b""):
                sys.exit(0)
    except OSError:
        pass
    time.sleep(2)
sys.exit(f"{url} does not say that Trino has started")
PYTHON
fi
python "$here/import_bundle.py" "$SUPERSET_BUNDLE" "$user"

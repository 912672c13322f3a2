"""Superset's settings, all from the environment.

SUPERSET_SECRET_KEY   required; signs sessions and encrypts passwords of databases
DATABASE_URL          where Superset keeps its own state (default: SQLite in SUPERSET_HOME)
REDIS_URL             caches and state of filters (default: none; the memory of each process, and the database)
"""

import os

SECRET_KEY = os.environ["SUPERSET_SECRET_KEY"]
if len(SECRET_KEY) < 32:
    raise RuntimeError("SUPERSET_SECRET_KEY is too short; make one: openssl rand -base64 42")

_home = os.environ.get("SUPERSET_HOME", os.path.expanduser("~/.superset"))
SQLALCHEMY_DATABASE_URI = os.environ.get("DATABASE_URL") or f"sqlite:///{_home}/superset.db?check_same_thread=false"

_redis = os.environ.get("REDIS_URL")


def _cache(prefix: str, seconds: int) -> dict:
    if _redis:
        return {
            "CACHE_TYPE": "RedisCache",
            "CACHE_REDIS_URL": _redis,
            "CACHE_KEY_PREFIX": f"superset_{prefix}_",
            "CACHE_DEFAULT_TIMEOUT": seconds,
        }
    return {"CACHE_TYPE": "SimpleCache", "CACHE_DEFAULT_TIMEOUT": seconds}


CACHE_CONFIG = _cache("metadata", 24 * 3600)
# rows of charts: short, as tables change with every build
DATA_CACHE_CONFIG = _cache("data", 60)
if _redis:
    # without Redis these stay in Superset's own database, so that every worker sees them
    FILTER_STATE_CACHE_CONFIG = _cache("filter", 90 * 24 * 3600)
    EXPLORE_FORM_DATA_CACHE_CONFIG = _cache("explore", 7 * 24 * 3600)
    RATELIMIT_STORAGE_URI = _redis

# the pages come from one host, over HTTP on the loopback interface; set to "1" behind HTTPS
SESSION_COOKIE_SECURE = os.environ.get("SUPERSET_COOKIE_SECURE") == "1"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
ENABLE_PROXY_FIX = os.environ.get("SUPERSET_BEHIND_PROXY") == "1"

# queries are written in dashboards/*.yml and compiled before they come here
FEATURE_FLAGS = {"ENABLE_TEMPLATE_PROCESSING": False}
# pages load from this server alone: no counting of visits elsewhere, no maps
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": SESSION_COOKIE_SECURE,
}

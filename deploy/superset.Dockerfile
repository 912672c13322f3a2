# Superset with the drivers that its own image lacks: of Trino, of PostgreSQL, of Redis.
FROM apache/superset:6.1.0
USER root
RUN . /app/.venv/bin/activate && uv pip install --no-cache trino==0.340.0 psycopg2-binary==2.9.13 redis==5.3.1
USER superset

# One image for every process of the product; the command says which (see docker-compose.yml).
FROM python:3.11-slim AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements/run.txt /tmp/run.txt
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --require-hashes -r /tmp/run.txt

FROM python:3.11-slim
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# The keyring's folder exists here so that a fresh volume takes over its owner and mode.
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin jiuzhu \
    && install -d -o jiuzhu -g jiuzhu -m 0700 /var/lib/jiuzhu /var/lib/jiuzhu/keyring
COPY --from=packages /opt/venv /opt/venv
COPY services /app/services
COPY deploy /app/deploy
# Faust makes a folder where it stands; everything else of the file system may be read-only.
WORKDIR /tmp
USER 10001:10001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"JIUZHU_PORT\"]}/healthz', timeout=4)"]
CMD ["python", "-m", "services.eventlog", "writer"]

# One image for web, worker, beat, relay and migrations. Built from the same lock as everything else.
FROM python:3.11-slim-bookworm AS packages
COPY requirements.lock /tmp/
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/requirements.lock

FROM python:3.11-slim-bookworm
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin portal \
 && install -d -o portal -g portal -m 0700 /var/lib/portal /var/lib/portal/media
COPY --from=packages /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/portal
COPY . .
# Static files get their final names here; no database is asked and no key is kept.
RUN SECRET_KEY=only-for-collectstatic DATA_KEYS=only-for-collectstatic \
    DATABASE_URL=postgresql://nobody@127.0.0.1/none \
    DATABASE_PUBLIC_URL=postgresql://nobody@127.0.0.1/none REDIS_URL=redis://127.0.0.1 \
    python manage.py collectstatic --noinput --verbosity 0
USER 10001:10001
EXPOSE 8000
CMD ["python", "-m", "granian", "--interface", "wsgi", "config.wsgi:application"]

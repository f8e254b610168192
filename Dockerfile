# syntax=docker/dockerfile:1
# What runs in an image is what `make` installs, at the versions of constraints.txt; tests/test_docker.py checks that.
#
#   docker build -t transcite .
#   docker run --rm -v transcite:/data transcite keys create admin --scope manage
#   docker run -d -p 127.0.0.1:8300:8300 -v transcite:/data transcite

FROM python:3.12-slim-bookworm AS build
RUN apt-get update && apt-get install --no-install-recommends --yes make && rm -rf /var/lib/apt/lists/*
# Where PyTorch's builds without CUDA are; pip prefers them for "torch==X" over those of PyPI. Empty for PyPI's own.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
# Further extras: `--build-arg EXTRAS=otel` for traces.
ARG EXTRAS=
# A virtual environment works only where it was made: the same folder here and in the image that runs.
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/app/.cache/pip PIP_EXTRA_INDEX_URL="$TORCH_INDEX" make .venv/compiled EXTRAS="$EXTRAS"

FROM python:3.12-slim-bookworm
LABEL org.opencontainers.image.title="Transcite" \
      org.opencontainers.image.description="Transcripts, cited" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --system --uid 10001 --home-dir /data --create-home --shell /usr/sbin/nologin transcite
WORKDIR /app
COPY --from=build /app /app
ENV TRANSCITE_HOME=/data PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 HF_HOME=/data/.cache/huggingface
USER transcite
VOLUME /data
EXPOSE 8300
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=6s --start-period=120s CMD ["python", "deploy/ready.py"]
ENTRYPOINT ["transcite"]
# Anyone who reaches the port is asked for a key; without any key it refuses to start.
CMD ["serve", "--host", "0.0.0.0"]

# newslake and Prefect in one image: `newslake COMMAND`, or `--entrypoint prefect` for the server.
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/newslake
ENV PATH=/opt/newslake/bin:$PATH
WORKDIR /build
COPY requirements.lock ./
# pip compiles what it installs: without bytecode every start of Prefect takes twice as long.
RUN pip install --no-deps --require-hashes -r requirements.lock
COPY pyproject.toml README.md ./
COPY flows flows
COPY connectors connectors
COPY articles articles
COPY warehouse warehouse
RUN python -m hatchling build --target wheel --directory /tmp/wheel \
 && pip install --no-deps --no-index /tmp/wheel/newslake-*.whl

FROM python:3.11-slim-bookworm
# The owner of new volumes: a volume takes over owner and mode of the folder it is mounted on.
RUN useradd --uid 1000 --create-home newslake \
 && install --directory --owner newslake /data /data/lake /data/prefect
COPY --from=build /opt/newslake /opt/newslake
ENV PATH=/opt/newslake/bin:$PATH \
    NEWSLAKE_LAKE=/data/lake \
    NEWSLAKE_SEEDS=/data/seeds \
    NEWSLAKE_SOURCES=/data/seeds/sources.toml \
    PREFECT_HOME=/data/prefect
USER newslake
WORKDIR /data
VOLUME /data/lake
ENTRYPOINT ["newslake"]
CMD ["serve"]

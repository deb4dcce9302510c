# Sluice as a container. `docker build .` makes the server; `docker build --target demo .` adds the sample flights, from
# which `sluice demo --on` fills a lake.

FROM node:24.21.0-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY scripts scripts
COPY src src
RUN npm run build

FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts

FROM node:24.21.0-bookworm-slim AS base
# tini reaps what the engine's processes leave and passes signals on; util-linux has prlimit and setpriv, which limit an
# engine process.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends tini util-linux \
 && rm -rf /var/lib/apt/lists/* \
 && mkdir /var/lib/sluice \
 && chown 10001:10001 /var/lib/sluice
WORKDIR /app
COPY --from=dependencies /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY package.json LICENSE ./
COPY schemas schemas
COPY hooks hooks
COPY contracts contracts
RUN ln -s /app/dist/main.js /usr/local/bin/sluice \
 && ln -s /app/dist/main.js /usr/local/bin/lakectl-sluice
# In a container its own address is the only one; what may reach it is the network's to say.
ENV NODE_ENV=production \
    SLUICE_STATE_DIR=/var/lib/sluice \
    SLUICE_HOOK_LISTEN=0.0.0.0:8750 \
    SLUICE_CONSOLE_LISTEN=0.0.0.0:8751
# A number, so that Kubernetes can see that it is not root.
USER 10001:10001
# The root file system may be read-only: only /var/lib/sluice and /tmp are written.
VOLUME /var/lib/sluice
EXPOSE 8750 8751
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8751/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--", "sluice"]
CMD ["serve"]

FROM base AS demo
COPY --from=build /build/node_modules/vega-datasets node_modules/vega-datasets

FROM base AS sluice

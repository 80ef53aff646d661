# One image for all programs: which of them runs is the container's arguments (`gateway order`, `worker reserve-stock`).

# The Node of package.json's devDependency `node`; a test holds them together.
FROM node:26.10.0-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts
# Node needs libatomic, which the base image below does not have. -L: the library itself, not the link to it.
RUN cp -L /usr/lib/*-linux-gnu/libatomic.so.1 /libatomic.so.1

FROM gcr.io/distroless/cc-debian12:nonroot
WORKDIR /app
COPY --from=packages /usr/local/bin/node /usr/local/bin/node
COPY --from=packages /libatomic.so.1 /usr/lib/libatomic.so.1
COPY --from=packages /app/node_modules ./node_modules
COPY package.json main.ts ./
COPY composition ./composition
COPY gateways ./gateways
COPY workers ./workers
COPY adapters ./adapters
COPY platform ./platform
COPY contracts ./contracts
COPY domain ./domain
# What runs around a sync: `node scripts/smoke.ts`, `node scripts/audit-region.ts`.
COPY scripts/smoke.ts scripts/audit-region.ts scripts/run-command.ts scripts/refusal.ts ./scripts/
COPY scripts/smoke-test ./scripts/smoke-test
COPY scripts/auditor ./scripts/auditor
ENV NODE_ENV=production
# A number: Kubernetes cannot tell by a name that it is not root.
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/node", "main.ts"]

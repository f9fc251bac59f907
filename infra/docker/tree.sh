#!/bin/sh
# What the image of one app holds: its slice of the workspace, with production dependencies only.
# Usage, in the repository's root: infra/docker/tree.sh APP DIRECTORY
set -eu
app=$1
directory=$2
export TURBO_TELEMETRY_DISABLED=1
turbo prune "$app" --production --out-dir="$directory"
# The page's compiler options build on it.
cp tsconfig.json "$directory"
cd "$directory"
find . -name '*.test.ts' -delete
pnpm install --prod --frozen-lockfile --prefer-offline
# The console's page is built here: where it runs, nothing can be written.
if [ -f "apps/$app/build-page.ts" ]; then node "apps/$app/build-page.ts"; fi

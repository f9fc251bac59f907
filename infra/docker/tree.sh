#!/bin/sh
# What the image of one app holds: its slice of the workspace, with production dependencies only.
# Usage, in the repository's root: infra/docker/tree.sh APP DIRECTORY
set -eu
app=$1
directory=$2
export TURBO_TELEMETRY_DISABLED=1
turbo prune "$app" --out-dir="$directory"
cd "$directory"
# Packages that only tests need are in the slice, too; they get no dependencies.
pnpm install --prod --frozen-lockfile --filter-prod "$app..."

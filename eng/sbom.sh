#!/usr/bin/env bash
# Writes the bills of materials in CycloneDX's JSON, of the NuGet packages of the programs and of the npm packages of the desk: eng/sbom.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mkdir -p "${1:?Name the folder that the files go to.}" && cd "$1" && pwd)

dotnet tool restore
# The Functions app and the command line, with what they are made of; what only builds and tests them is no part of it.
for program in Functions Cli; do
  dotnet restore "src/$program"
  dotnet tool run dotnet-CycloneDX -- "src/$program/$program.csproj" --exclude-dev --disable-package-restore --recursive --set-type Application --set-name "pipeline-${program,,}" \
    --output-format Json --output "$folder" --filename "${program,,}.cdx.json"
done
(cd src/Web && npm sbom --package-lock-only --omit dev --sbom-format cyclonedx --sbom-type application) > "$folder/desk.cdx.json"

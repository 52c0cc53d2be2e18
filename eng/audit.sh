#!/usr/bin/env bash
# Fails where a package of the programs or of the desk has a known vulnerability of moderate severity or worse, and where the feeds have no data to tell by.
set -euo pipefail
cd "$(dirname "$0")/.."
asks=(-p:NuGetAudit=true -p:NuGetAuditMode=all -p:NuGetAuditLevel=moderate)

# A version with a known vulnerability: a feed without data finds nothing here either.
probe=$(mktemp -d)
trap 'rm -rf "$probe"' EXIT
cat > "$probe/probe.csproj" <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
  <ItemGroup><PackageReference Include="Newtonsoft.Json" Version="12.0.3" /></ItemGroup>
</Project>
PROJECT
if ! dotnet restore "$probe/probe.csproj" "${asks[@]}" | grep -q NU1903; then
  echo "The package feed has no data about vulnerabilities: Newtonsoft.Json 12.0.3, which has one, passes. Take a feed that has them, such as the public one." >&2
  exit 1
fi

# Warnings are errors here.
dotnet restore --force "${asks[@]}"
for lock in $(git ls-files '*package-lock.json'); do
  npm audit --package-lock-only --audit-level=moderate --prefix "$(dirname "$lock")"
done

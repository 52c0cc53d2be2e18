# The Azure Functions app, for KEDA (infra/kubernetes/functions). Build it from the root of the repository: docker build --file infra/container/functions.Dockerfile --tag pipeline-functions:0.1.0 .
ARG DOTNET=10.0

FROM mcr.microsoft.com/dotnet/sdk:${DOTNET}-noble AS build
WORKDIR /source
COPY . .
RUN ["dotnet", "publish", "src/Functions", "--configuration", "Release", "-p:BigQuery=true", "--output", "/app"]

# The Functions host needs a shell and a whole system below it; of that there is no chiseled image.
FROM mcr.microsoft.com/azure-functions/dotnet-isolated:4-dotnet-isolated${DOTNET}
COPY --from=build /app /home/site/wwwroot
ENV AzureWebJobsScriptRoot=/home/site/wwwroot \
    AzureFunctionsJobHost__Logging__Console__IsEnabled=true \
    ASPNETCORE_URLS=http://+:8080
USER 1000:1000
EXPOSE 8080

# The Functions app as a container: docker build -f function_app/functions.Dockerfile -t footfall-functions .
# For a Functions host v4 on the premises: where it runs, pictures are read. See docs/functions.md.
# FUNCTIONS names another base: a mirror's, by digest.
ARG FUNCTIONS=mcr.microsoft.com/azure-functions/python:4-python3.11

FROM ${FUNCTIONS}
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin footfall
COPY function_app/functions.lock /build/
RUN pip install --no-cache-dir --require-hashes -r /build/functions.lock
COPY host.json function_app.py /home/site/wwwroot/
COPY function_app /home/site/wwwroot/function_app
RUN rm -r /home/site/wwwroot/function_app/worker
# One id for all replicas: by their machines' names each would do every picture. A port that needs no root.
ENV AzureFunctionsWebHost__hostid=footfall ASPNETCORE_URLS=http://+:8080
ENV AzureWebJobsScriptRoot=/home/site/wwwroot AzureFunctionsJobHost__Logging__Console__IsEnabled=true
USER 10001:10001
EXPOSE 8080

# The Functions app as a container: docker build -f function_app/functions.Dockerfile -t footfall-functions .
# For a Functions host v4 on the premises: where it runs, pictures are read. See docs/functions.md.
FROM mcr.microsoft.com/azure-functions/python:4-python3.11
COPY requirements.txt constraints.txt /build/
RUN pip install --no-cache-dir -c /build/constraints.txt -r /build/requirements.txt
COPY host.json function_app.py /home/site/wwwroot/
COPY function_app /home/site/wwwroot/function_app
ENV AzureWebJobsScriptRoot=/home/site/wwwroot AzureFunctionsJobHost__Logging__Console__IsEnabled=true

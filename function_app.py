# The Functions host and Core Tools look for this file to tell that the app uses the Python v2 model;
# the import itself finds the package function_app/, which wins over this file.
from function_app import app  # noqa: F401

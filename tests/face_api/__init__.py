"""The Face API service, started for real, on photographs that a package ships."""

"""Blob storage, as far as this room needs it: the adapter around azure-storage-blob."""

using '../../stack_hub/containers.json'

param storageName = 'footfallstorage'
param container = 'pictures'

"""What the edge module and the Face API both need to see: the TFLite runtime, boxes, the face detector and the mesh.

Needs numpy (1.26 or 2), pillow and a TFLite runtime; imports no room.
"""

"""Is there a person in this frame, and a face to see?"""

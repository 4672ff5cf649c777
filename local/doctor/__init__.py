"""`footfall doctor`: what on this machine, with this camera or storage, would be in the way, and what to do."""

"""Who was seen before: the rules of a visit, and the memory that applies them."""

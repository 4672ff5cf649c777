"""How each family of person models says what it saw: one family a file, told apart by tensor names and shapes."""

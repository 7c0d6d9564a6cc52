"""How each file of the sample case is made, from words and numbers written here and from nothing else."""

"""A house is proved from its files alone, by rules written anew."""

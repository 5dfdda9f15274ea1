"""What chapters are made of; imported by module, so that each name says where it is from."""

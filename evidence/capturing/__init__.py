"""How items were captured online: what people and files say of it, and what leads to who captured them."""

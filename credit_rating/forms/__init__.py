"""What is typed at the desks: the rows of a sheet, and the forms of the pages around them."""

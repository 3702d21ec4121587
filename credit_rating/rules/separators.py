"""分隔符号: the signs between the parts of a cell, in both widths; what stands between them may not hold them."""

IN_LABELS = "=＝;；[]［］"
IN_CLAUSES = "[]［］|｜"
IN_BANDS = ";；"
IN_UNITS = "=＝;；扣 "

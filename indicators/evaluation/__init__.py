"""One file a method of comparison: from counts or unit rows to an Estimate. Estimation belongs to libraries; the contract's shape is ours."""

package audit

// Percentiles is what count makes of spans.
var Percentiles = percentiles

// Guarded is a cell as CSV writes it.
var Guarded = guarded

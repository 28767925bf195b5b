// Deviance: how far a count is from what was expected of it, x ln(x / m) + m - x, without the loss
// of digits that its three big terms bring when x is near m. The G statistic and the masses of
// binomial and hypergeometric laws are made of it.
//
// Source: Loader (2000), "Fast and accurate computation of binomial probabilities", bd0. Relative
// error a few 1e-16 (test: long doubles). Thread safety: a pure function.
#pragma once

namespace mooring::data {

// Both are 0 or more. For x = 0 it is m; +inf for m = 0 and x > 0.
double Deviance(double x, double m);

}  // namespace mooring::data

#include "data/stats/detectors/kswin.h"

#include <algorithm>
#include <cmath>

#include "data/stats/detectors/kinds.h"

namespace mooring::data {
namespace {

constexpr DetectorParameter kParameters[] = {
    {"alpha", "p-value that is a drift", "", 0.005, 0, 1},
    {"window", "values kept", "values", 100, 2, 1e4, true},
    {"recent", "newest values compared, at most half of the window", "values", 30, 1, 5e3, true},
    {"seed", "of the draws", "", 1, 0, 9007199254740992.0, true},
};

constexpr double kLeastDistance = 0.1;

int LeastDistance(int n, double alpha) {
  int h = 1;
  while (h <= n && (h <= kLeastDistance * n || KolmogorovSmirnovExactP(n, h) > alpha)) ++h;
  return h;
}

}  // namespace

double KolmogorovSmirnovExactP(int n, int h) {
  double sum = 0;
  for (int k = 1; k * h <= n; ++k) {
    double share = 1;  // C(2n, n - kh) / C(2n, n)
    for (int i = 1; i <= k * h; ++i) share *= static_cast<double>(n - k * h + i) / (n + i);
    sum += k % 2 == 1 ? share : -share;
  }
  return std::clamp(2 * sum, 0.0, 1.0);
}

Result<Kswin> Kswin::Make(const KswinOptions& options) {
  if (options.recent < 1 || options.recent > options.window / 2) {
    return Error(Code::kInvalidArgument,
                 "parameter \"recent\" of detector \"kswin\" is not from 1 to half of \"window\"");
  }
  return Kswin(options);
}

Kswin::Kswin(const KswinOptions& options)
    : options_(options),
      least_distance_(LeastDistance(options.recent, options.alpha)),
      rng_(options.seed),
      window_(static_cast<std::size_t>(options.window)),
      newest_(static_cast<std::size_t>(options.recent)),
      older_(window_.size() - newest_.size()) {}

void Kswin::Reset() {
  rng_ = Rng(options_.seed);
  next_ = filled_ = 0;
  state_ = DetectorState::kStable;
}

DetectorState Kswin::Add(double x) {
  if (!std::isfinite(x)) return state_;
  if (state_ == DetectorState::kDrift) Reset();
  window_[next_] = x;
  next_ = (next_ + 1) % window_.size();
  filled_ = std::min(filled_ + 1, window_.size());
  const bool drift = filled_ == window_.size() && Distance() >= least_distance_;
  return state_ = drift ? DetectorState::kDrift : DetectorState::kStable;
}

int Kswin::Distance() {
  const std::size_t n = newest_.size();
  for (std::size_t i = 0; i < older_.size(); ++i) {
    older_[i] = window_[(next_ + i) % window_.size()];
  }
  for (std::size_t i = 0; i < n; ++i) {
    newest_[i] = window_[(next_ + older_.size() + i) % window_.size()];
    std::swap(older_[i], older_[i + rng_.Below(older_.size() - i)]);
  }
  std::sort(newest_.begin(), newest_.end());
  std::sort(older_.begin(), older_.begin() + static_cast<std::ptrdiff_t>(n));
  int most = 0;
  std::size_t a = 0, b = 0;
  while (a < n && b < n) {
    const double at = std::min(newest_[a], older_[b]);
    while (a < n && newest_[a] == at) ++a;
    while (b < n && older_[b] == at) ++b;
    most = std::max(most, std::abs(static_cast<int>(a) - static_cast<int>(b)));
  }
  return most;
}

DetectorKind KswinKind() {
  return {.name = "kswin",
          .summary = "the newest values against a sample of older ones, Kolmogorov-Smirnov",
          .input = "any number",
          .documentation =
              "KSWIN tests at each value whether the newest values come from the same distribution "
              "as a sample of the window before them. It sees changes of shape; each value is a "
              "test of its own. Raab, Heusinger and Schleif, Neurocomputing 2020.",
          .parameters = kParameters,
          .make = [](const DetectorParameters& p) -> Result<std::unique_ptr<Detector>> {
            ASSIGN_OR_RETURN(Kswin kswin,
                             Kswin::Make({.alpha = Number(p, "alpha"),
                                          .window = Count(p, "window"),
                                          .recent = Count(p, "recent"),
                                          .seed = static_cast<std::uint64_t>(Number(p, "seed"))}));
            return Made("kswin", std::move(kswin));
          }};
}

}  // namespace mooring::data

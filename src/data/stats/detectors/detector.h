// Detector: one stream of numbers, one value at a time, and the question "is it still the stream it
// was?". Use it where kinds are chosen by name (a contract, a test file); where the kind is known,
// use its class (adwin.h, ddm.h …), which has the same Add and Reset without a virtual call.
//
//   ASSIGN_OR_RETURN(auto detector, MakeDetector("adwin", {{"delta", 0.01}}));
//   if (detector->Add(loss) == DetectorState::kDrift) …
//
// All kinds keep these rules, and detector_test.cpp holds every kind to them:
// - A value that is not finite changes nothing; the answer is that of the value before.
// - The same values give the same answers: a kind that samples does so from its seed.
// - Reset forgets all values; parameters stay.
// - A kind that restarts itself begins anew, from nothing, with the value after a drift. One that
//   does not stays at kDrift until Reset.
// - Input outside a kind's domain is clipped to it; "any number" ends at 1e150 in size.
//
// False alarms: of these kinds only mixture_sr has a proven bound on them (e_detector.h).
//
// Thread safety: none; a detector belongs to one thread. Kinds: DetectorKind describes a kind in
// full, and AllDetectors lists them in their order; `mooring explain`, forms and the reference page
// are made from it.
#pragma once

#include <cmath>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace mooring::data {

enum class DetectorState : unsigned char { kStable, kWarning, kDrift };

// "stable", "warning", "drift".
std::string_view NameOf(DetectorState state);

class Detector {
 public:
  virtual ~Detector() = default;
  virtual DetectorState Add(double x) = 0;
  virtual void Reset() = 0;
  virtual std::string_view name() const = 0;
};

// One parameter of a kind. Bounds are inclusive; `whole` ones take integers only.
struct DetectorParameter {
  std::string_view name, summary, unit;
  double fallback = 0;  // the default
  double least = 0, most = 0;
  bool whole = false;
};

// By name; what is not named has its default.
using DetectorParameters = std::map<std::string, double, std::less<>>;

struct DetectorKind {
  std::string_view name, summary;
  std::string_view input;          // the domain of values: "any number", "0 to 1", "0 or 1"
  std::string_view documentation;  // what it computes, when to use it, source
  std::span<const DetectorParameter> parameters;
  bool restarts_itself = true;
  // Parameters are complete and within their bounds here; kInvalidArgument when two disagree.
  Result<std::unique_ptr<Detector>> (*make)(const DetectorParameters& parameters) = nullptr;
};

// In the order of documentation; never empty, the same in every call.
std::span<const DetectorKind> AllDetectors();

// A detector of the kind `name`. kNotFound for an unknown kind; kInvalidArgument for an unknown
// parameter, a value out of its bounds or with a fraction where it counts; all name what is known.
Result<std::unique_ptr<Detector>> MakeDetector(std::string_view name,
                                               const DetectorParameters& parameters = {});

// A class of a kind behind the interface. `Kind` has Add(double) and Reset().
template <typename Kind>
class DetectorOf final : public Detector {
 public:
  DetectorOf(std::string_view name, Kind kind) : name_(name), kind_(std::move(kind)) {}
  DetectorState Add(double x) override { return kind_.Add(x); }
  void Reset() override { kind_.Reset(); }
  std::string_view name() const override { return name_; }
  const Kind& kind() const { return kind_; }

 private:
  std::string_view name_;  // of the kind's description, which is static
  Kind kind_;
};

}  // namespace mooring::data

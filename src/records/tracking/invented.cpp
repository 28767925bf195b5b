#include "records/tracking/invented.h"

#include <fmt/format.h>

#include <array>
#include <cstring>

#include "base/crypto/digest.h"

namespace mooring::records {
namespace {

constexpr std::array kKinds = {"able",   "amber",  "brave",  "brisk", "calm",  "clear",  "clever",
                               "coral",  "eager",  "early",  "fair",  "fleet", "gentle", "grand",
                               "hardy",  "honest", "jolly",  "keen",  "kind",  "lively", "lucky",
                               "mellow", "merry",  "nimble", "noble", "proud", "quiet",  "rapid",
                               "silent", "steady", "sunny",  "swift"};
constexpr std::array kBeings = {
    "albatross", "barge",  "beacon",  "breeze", "brig",   "coral",  "cormorant", "cutter",
    "dolphin",   "dory",   "eider",   "gannet", "gull",   "harbor", "heron",     "island",
    "ketch",     "lagoon", "lantern", "marlin", "osprey", "otter",  "pelican",   "petrel",
    "plover",    "puffin", "seal",    "skiff",  "sloop",  "tern",   "turtle",    "whale"};

}  // namespace

Inventor::Inventor(std::uint64_t seed) : seeded_(seed != 0), rng_(seed) {}

std::uint64_t Inventor::Next() {
  if (seeded_) {
    const std::lock_guard lock(mutex_);
    return rng_.Next();
  }
  const std::string secret = RandomSecret(sizeof(std::uint64_t));
  std::uint64_t number = 0;
  std::memcpy(&number, secret.data(), sizeof number);
  return number;
}

std::string Inventor::RunId() { return fmt::format("{:016x}{:016x}", Next(), Next()); }
std::string Inventor::ModelId() { return "m-" + RunId(); }

std::string Inventor::Name() {
  Rng rng(Next());
  return fmt::format("{}-{}-{}", kKinds[rng.Below(kKinds.size())],
                     kBeings[rng.Below(kBeings.size())], rng.Below(1000));
}

}  // namespace mooring::records

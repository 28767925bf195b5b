// One row of a bench as a JSON line, in the words that all benches share. Header only; for benches.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

namespace mooring::bench {

struct Row {
  const char* name;
  double value;
  const char* unit;
  const char* against;
  double ratio;
  const char* bar;
  bool pass;
};

class Report {
 public:
  Report(std::string bench, std::string machine, std::uint64_t seed)
      : bench_(std::move(bench)), machine_(std::move(machine)), seed_(seed) {}

  void Print(const Row& row) {
    if (!row.pass) ++missed_;
    std::printf("{\"bench\": \"%s\", \"case\": \"%s\", \"value\": %.6g, \"unit\": \"%s\", "
                "\"against\": \"%s\", \"ratio\": %.4g, \"bar\": \"%s\", \"pass\": %s, "
                "\"machine\": \"%s\", \"seed\": %llu}\n",
                bench_.c_str(), row.name, row.value, row.unit, row.against, row.ratio, row.bar,
                row.pass ? "true" : "false", machine_.c_str(),
                static_cast<unsigned long long>(seed_));
    std::fflush(stdout);
  }
  // Rows that missed their bar.
  int missed() const { return missed_; }

 private:
  const std::string bench_, machine_;
  const std::uint64_t seed_;
  int missed_ = 0;
};

}  // namespace mooring::bench

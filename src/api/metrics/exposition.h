// Exposition: the Prometheus text format, version 0.0.4. Families are begun once, samples follow.
//
//   Exposition out(text);
//   out.Family("mooring_decisions_total", "counter", "Decided rows by verdict.");
//   out.Sample({{"model", name}, {"verdict", "admit"}}, 7);
//
// Label values are escaped and cut at limits::kNameBytes. Thread safety: none.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace mooring::api {

class Exposition {
 public:
  using Label = std::pair<std::string_view, std::string_view>;

  // Samples whose label "model" is one that `sees` denies are left out; empty: none are.
  explicit Exposition(std::string& out, std::function<bool(std::string_view)> sees = {})
      : out_(out), sees_(std::move(sees)) {}
  void Family(std::string_view name, std::string_view type, std::string_view help);
  void Sample(std::initializer_list<Label> labels, double value) { Write("", labels, "", value); }
  // A histogram's samples; `counts` are of each bucket by itself, with the open one last.
  void Histogram(std::initializer_list<Label> labels, std::span<const double> bounds,
                 std::span<const std::uint64_t> counts, double sum);

 private:
  void Write(std::string_view suffix, std::initializer_list<Label> labels, std::string_view le,
             double value);

  std::string& out_;
  std::function<bool(std::string_view)> sees_;
  std::string name_;
};

}  // namespace mooring::api

#include "api/metrics/exposition.h"

#include <charconv>
#include <cmath>

#include "base/check.h"
#include "base/limits.h"

namespace mooring::api {
namespace {

void AppendNumber(double value, std::string& out) {
  if (std::isnan(value)) {
    out.append("NaN");
  } else if (std::isinf(value)) {
    out.append(value < 0 ? "-Inf" : "+Inf");
  } else {
    char digits[32];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  }
}

void AppendEscaped(std::string_view value, std::string& out) {
  for (const char c : value.substr(0, limits::kNameBytes)) {
    if (c == '\\' || c == '"') out.push_back('\\');
    out.append(c == '\n' ? "\\n" : std::string_view(&c, 1));
  }
}

}  // namespace

void Exposition::Family(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  out_.append("# HELP ").append(name).append(" ").append(help).append("\n");
  out_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void Exposition::Write(std::string_view suffix, std::initializer_list<Label> labels,
                       std::string_view le, double value) {
  for (const auto& [name, text] : labels) {
    if (name == "model" && sees_ && !sees_(text)) return;
  }
  out_.append(name_).append(suffix);
  char open = '{';
  const auto label = [&](std::string_view name, std::string_view text) {
    out_.push_back(open);
    open = ',';
    out_.append(name).append("=\"");
    AppendEscaped(text, out_);
    out_.push_back('"');
  };
  for (const auto& [name, text] : labels) label(name, text);
  if (!le.empty()) label("le", le);
  if (open == ',') out_.push_back('}');
  out_.push_back(' ');
  AppendNumber(value, out_);
  out_.push_back('\n');
}

void Exposition::Histogram(std::initializer_list<Label> labels, std::span<const double> bounds,
                           std::span<const std::uint64_t> counts, double sum) {
  CHECK(counts.size() == bounds.size() + 1);
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    total += counts[i];
    std::string le;
    AppendNumber(i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity(), le);
    Write("_bucket", labels, le, static_cast<double>(total));
  }
  Write("_sum", labels, "", sum);
  Write("_count", labels, "", static_cast<double>(total));
}

}  // namespace mooring::api

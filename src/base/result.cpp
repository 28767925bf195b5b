#include "base/result.h"

#include <cstdio>
#include <cstdlib>

namespace mooring {

Error&& Error::Context(std::string_view context) && {
  rep_->message = std::string(context) + ": " + rep_->message;
  return std::move(*this);
}

std::string Error::ToString() const {
  std::string text = message();
  if (!where().empty()) text += " (at " + where() + ")";
  if (!why().empty()) text += ": " + why();
  if (!help().empty()) text += "; " + help();
  return text;
}

void FailCheck(const char* file, int line, const char* what, const std::string& detail) {
  std::fprintf(stderr, "mooring: broken promise at %s:%d: %s %s\n", file, line, what,
               detail.c_str());
  std::abort();
}

}  // namespace mooring

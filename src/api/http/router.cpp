#include "api/http/router.h"

#include "base/check.h"

namespace mooring::api {
namespace {

constexpr std::size_t kSegments = 12;
constexpr std::string_view kParameter = "{}";
constexpr std::string_view kMethodNames[] = {"GET",   "HEAD",   "POST",   "PUT",
                                             "PATCH", "DELETE", "OPTIONS"};

struct Segments {
  std::array<std::string_view, kSegments> parts;
  std::size_t size = 0;
};

// False when there are more than any pattern has.
bool Split(std::string_view path, Segments& segments) {
  for (std::size_t begin = 1; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    if (segments.size == kSegments) return false;
    segments.parts[segments.size++] = path.substr(begin, end - begin);
    begin = end + 1;
  }
  return true;
}

bool Fits(const std::vector<std::string>& pattern, const Segments& path,
          PathParameters& parameters) {
  if (pattern.size() != path.size) return false;
  std::size_t next = 0;
  // From the end: paths differ there.
  for (std::size_t i = path.size; i-- > 0;) {
    if (pattern[i] != kParameter && pattern[i] != path.parts[i]) return false;
    if (pattern[i] == kParameter && path.parts[i].empty()) return false;
  }
  for (std::size_t i = 0; i < path.size; ++i) {
    if (pattern[i] == kParameter) parameters[next++] = path.parts[i];
  }
  return true;
}

}  // namespace

void Router::Add(Method method, std::string_view pattern, std::size_t answer) {
  Segments segments;
  CHECK(pattern.starts_with('/') && Split(pattern, segments));
  Route route{method, {}, answer};
  for (std::size_t i = 0; i < segments.size; ++i) route.segments.emplace_back(segments.parts[i]);
  CHECK(static_cast<std::size_t>(std::count(route.segments.begin(), route.segments.end(),
                                            kParameter)) <= kPathParameters);
  routes_.push_back(std::move(route));
}

Router::Match Router::Find(Method method, std::string_view path) const {
  Match match;
  Segments segments;
  if (!Split(path, segments)) return match;
  const Method wanted = method == Method::kHead ? Method::kGet : method;
  for (const Route& route : routes_) {
    if (!Fits(route.segments, segments, match.parameters)) continue;
    if (route.method == wanted) {
      match.outcome = Match::Outcome::kFound;
      match.answer = route.answer;
      return match;
    }
    match.outcome = Match::Outcome::kNoMethod;
    if (!match.allow.empty()) match.allow += ", ";
    match.allow += kMethodNames[static_cast<std::size_t>(route.method)];
    if (route.method == Method::kGet) match.allow += ", HEAD";
  }
  return match;
}

}  // namespace mooring::api

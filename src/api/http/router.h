// Router: path and method → what answers. Patterns are exact segments and "{}" for one segment of
// any text: "/v2/models/{}/infer".
//
// Thread safety: const use from any thread once filled. Cost: about 50 ns a request.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/server.h"

namespace mooring::api {

inline constexpr std::size_t kPathParameters = 3;
using PathParameters = std::array<std::string_view, kPathParameters>;

class Router {
 public:
  // `answer` is what Match gives back; patterns of one shape and method must not overlap.
  void Add(Method method, std::string_view pattern, std::size_t answer);

  struct Match {
    enum class Outcome : std::uint8_t { kFound, kNoPath, kNoMethod } outcome = Outcome::kNoPath;
    std::size_t answer = 0;
    PathParameters parameters{};  // views into the path
    std::string allow;            // kNoMethod: "GET, HEAD"
  };
  // HEAD is answered by what answers GET. A slash at the end is another path.
  Match Find(Method method, std::string_view path) const;

 private:
  struct Route {
    Method method;
    std::vector<std::string> segments;
    std::size_t answer;
  };
  std::vector<Route> routes_;
};

}  // namespace mooring::api

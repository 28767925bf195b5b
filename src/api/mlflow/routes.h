// MLflow's own table of routes, apart from the server's others: which handler answers what under
// /api/2.0, /api/3.0 and the same two under /ajax-api. The server looks here once it has recognised
// a path as MLflow's, so that the busy routes of scoring pay a comparison of a few bytes.
//
//   if (mlflow::Owns(path)) match = table.Find(method, path);
//
// A pattern is written as it stands behind "/api/2.0": "/mlflow/runs/create"; "{}" is one segment,
// "{*}" at the end is one or more. Groups say where they are mounted; the two spellings of
// search-datasets (with MLflow's missing slash: "/api/2.0mlflow/…") are one route.
//
// Thread safety: const use from any thread. Cost: about 100 ns a request.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "api/access.h"
#include "api/call.h"

namespace mooring::api::mlflow {

// Where a pattern stands.
enum class Mount : std::uint8_t {
  kV2,    // /api/2.0 and /ajax-api/2.0
  kV3,    // /api/3.0 and /ajax-api/3.0
  kBoth,  // all four
  kAjax,  // /ajax-api/2.0 alone: what only MLflow's page asks
  kRoot,  // nowhere: the pattern is the path
};

struct Route {
  Method method;
  std::string_view pattern;
  Need need;  // has no default: a route says what it takes
  void (*answer)(const Call&);
  Mount mount = Mount::kV2;
};

// The groups, each in its folder. A new one is added to kGroups in routes.cpp.
std::span<const Route> TrackingRoutes();  // tracking/routes.cpp
std::span<const Route> ArtifactRoutes();  // artifacts/routes.cpp
std::span<const Route> RegistryRoutes();  // registry/routes.cpp

// Whether a path is MLflow's, whatever may be there.
bool Owns(std::string_view path);

class RouteTable {
 public:
  RouteTable();

  struct Match {
    const Route* route = nullptr;  // null: `allow` says why
    PathParameters parameters{};   // views into the path
    std::string allow;             // the methods that the path takes; "" nothing is there
  };
  // HEAD is answered by what answers GET.
  Match Find(Method method, std::string_view path) const;
  std::span<const Route* const> routes() const { return routes_; }

 private:
  std::vector<const Route*> routes_;
  // Patterns without parameters, by "/mlflow/…", and the others.
  std::unordered_map<std::string_view, std::vector<const Route*>> exact_;
  std::vector<const Route*> open_;
};

// Every path of a route, with its mounts.
std::vector<std::string> PathsOf(const Route& route);

// What MLflow says where nothing is, or where the method is wrong: a page of HTML.
Response NoSuchPage();
Response WrongMethodPage(std::string allow);

}  // namespace mooring::api::mlflow

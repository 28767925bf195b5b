#include "api/mlflow/routes.h"

#include <algorithm>

namespace mooring::api::mlflow {
namespace {

constexpr std::span<const Route> (*kGroups[])() = {TrackingRoutes, RegistryRoutes,
                                                      ArtifactRoutes};

constexpr std::string_view kMethodNames[] = {"GET",   "HEAD",   "POST",   "PUT",
                                             "PATCH", "DELETE", "OPTIONS"};
constexpr std::string_view kApi = "/api/", kAjax = "/ajax-api/";
constexpr std::string_view kParameter = "{}", kTail = "{*}";

// A path without what it is mounted under.
struct Inner {
  std::string_view path;  // "/mlflow/runs/create"
  bool ajax = false, v3 = false, root = false;
};

std::optional<Inner> Recognise(std::string_view path) {
  Inner inner;
  if (path == "/get-artifact" || path == "/model-versions/get-artifact") {
    inner.path = path;
    inner.root = true;
    return inner;
  }
  inner.ajax = path.starts_with(kAjax);
  if (!inner.ajax && !path.starts_with(kApi)) return std::nullopt;
  std::string_view rest = path.substr(inner.ajax ? kAjax.size() : kApi.size());
  inner.v3 = rest.starts_with("3.0");
  if (!inner.v3 && !rest.starts_with("2.0")) return std::nullopt;
  rest.remove_prefix(3);
  inner.path = rest;
  return inner;
}

bool Stands(Mount mount, const Inner& inner) {
  switch (mount) {
    case Mount::kRoot: return inner.root;
    case Mount::kV2: return !inner.root && !inner.v3;
    case Mount::kV3: return !inner.root && inner.v3;
    case Mount::kBoth: return !inner.root;
    case Mount::kAjax: return !inner.root && inner.ajax && !inner.v3;
  }
  return false;
}

std::string_view TakeSegment(std::string_view& path) {
  const std::size_t end = std::min(path.find('/', 1), path.size());
  const std::string_view segment = path.substr(1, end - 1);
  path.remove_prefix(end);
  return segment;
}

bool Fits(std::string_view pattern, std::string_view path, PathParameters& parameters) {
  std::size_t next = 0;
  while (!pattern.empty() && !path.empty()) {
    const std::string_view rest = path.substr(1);
    const std::string_view wanted = TakeSegment(pattern), segment = TakeSegment(path);
    if (wanted == kTail) {
      parameters[next] = rest;
      return !rest.empty();
    }
    if (wanted == kParameter) {
      if (segment.empty()) return false;
      parameters[next++] = segment;
    } else if (wanted != segment) {
      return false;
    }
  }
  return pattern.empty() && path.empty();
}

Response Page(int status, std::string_view title, std::string_view text) {
  Response response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.body = "<!doctype html>\n<html lang=en>\n<title>" + std::to_string(status) + " ";
  response.body.append(title).append("</title>\n<h1>").append(title).append("</h1>\n<p>");
  response.body.append(text).append("</p>\n");
  return response;
}

}  // namespace

bool Owns(std::string_view path) { return Recognise(path).has_value(); }

RouteTable::RouteTable() {
  for (const auto group : kGroups) {
    for (const Route& route : group()) {
      routes_.push_back(&route);
      const bool open = route.pattern.find('{') != std::string_view::npos;
      (open ? open_ : exact_[route.pattern]).push_back(&route);
    }
  }
}

RouteTable::Match RouteTable::Find(Method method, std::string_view path) const {
  Match match;
  const std::optional<Inner> inner = Recognise(path);
  if (!inner) return match;
  const Method wanted = method == Method::kHead ? Method::kGet : method;
  const auto try_route = [&](const Route& route) {
    if (!Stands(route.mount, *inner)) return false;
    if (route.method == wanted) {
      match.route = &route;
      match.allow.clear();
      return true;
    }
    if (!match.allow.empty()) match.allow += ", ";
    match.allow += kMethodNames[static_cast<std::size_t>(route.method)];
    if (route.method == Method::kGet) match.allow += ", HEAD";
    return false;
  };
  const auto exact = exact_.find(inner->path);
  if (exact != exact_.end()) {
    for (const Route* const route : exact->second) {
      if (try_route(*route)) return match;
    }
  }
  for (const Route* const route : open_) {
    PathParameters parameters{};
    if (!Fits(route->pattern, inner->path, parameters) || !try_route(*route)) continue;
    match.parameters = parameters;
    return match;
  }
  return match;
}

std::vector<std::string> PathsOf(const Route& route) {
  const std::string pattern(route.pattern);
  switch (route.mount) {
    case Mount::kRoot: return {pattern};
    case Mount::kAjax: return {"/ajax-api/2.0" + pattern};
    case Mount::kV2: return {"/api/2.0" + pattern, "/ajax-api/2.0" + pattern};
    case Mount::kV3: return {"/api/3.0" + pattern, "/ajax-api/3.0" + pattern};
    case Mount::kBoth: break;
  }
  return {"/api/2.0" + pattern, "/ajax-api/2.0" + pattern, "/api/3.0" + pattern,
          "/ajax-api/3.0" + pattern};
}

Response NoSuchPage() {
  return Page(404, "Not Found",
              "The requested URL was not found on the server. If you entered the URL manually "
              "please check your spelling and try again.");
}

Response WrongMethodPage(std::string allow) {
  Response response =
      Page(405, "Method Not Allowed", "The method is not allowed for the requested URL.");
  response.headers.emplace_back("Allow", std::move(allow));
  return response;
}

}  // namespace mooring::api::mlflow

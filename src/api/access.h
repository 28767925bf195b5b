// What each route needs of its caller, and what becomes of a caller who has it not. A route without
// a Need does not compile; what a Need does not allow is refused.
//
// A model that the caller does not see is answered as one that does not exist: 404, in the same
// words. One that the caller sees, but may not use so, is 403.
//
// Thread safety: pure.
#pragma once

#include <string_view>

#include "api/call.h"
#include "records/access/permissions.h"

namespace mooring::api {

// Over what the permission must be held.
enum class Over : std::uint8_t {
  kModel,  // the model that the path's first parameter names
  kSome,   // at least one; the handler shows and does what the caller may, model by model
  kEvery,  // every model
};

// Whether the log of administration is told of what was allowed: always where IsAdministration, but
// not of training's own notes, which come by the thousand and are a record by themselves.
enum class Told : std::uint8_t { kAlways, kRefusals };

struct Need {
  constexpr Need(records::Permission wanted, Over of, Told how = Told::kAlways)
      : permission(wanted), over(of), told(how) {}
  records::Permission permission;
  Over over;
  Told told;
};

// kNotFound, kPermissionDenied, or kInvalidArgument for what is no name of a model.
Status CheckNeed(const Call& call, Need need);
// The answer to every name that the caller cannot see, and to those that nobody has.
Error NoSuchModel(std::string_view model);

// Acts that a log of administration keeps: those that change who answers, what stops, who may.
bool IsAdministration(records::Permission permission);

}  // namespace mooring::api

// AccessEvent: one act of administration, or one that was refused, as a log of such acts wants it.
// Every place that lets somebody in, turns somebody away or changes who may do what tells it to one
// function: AccessWitness.
//
// Thread safety: values.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"

namespace mooring::records {

struct AccessEvent {
  std::string who;      // principal, or the author that a command named; "" nobody known
  std::string action;   // "token create", "grant add", "PUT /api/v1/models/{}/aliases/{}"
  std::string subject;  // what it is about: a token's id, a principal, a model
  std::string detail;   // roles, models, reason; never a secret
  bool allowed = true;
};

// Told before a change takes effect: an error stops it. May be empty.
using AccessWitness = std::function<Status(const AccessEvent&)>;

}  // namespace mooring::records

// Which version answers: aliases, their history, promotion and rollback. Setting "champion" moves
// traffic; every change has an author and a reason and stays in the history.
//
//   GET  /api/v1/models/{m}/aliases                  {"aliases":{…},"history":[…]}
//        …/aliases?at=2026-01-31T12:00:00Z           and "at": {alias: the change in force then}
//   PUT  /api/v1/models/{m}/aliases/{alias}          {"version": N, "reason": "…", "author"?,
//   "if_revision"?, "force"?} POST /api/v1/models/{m}/rollback                 {"reason": "…",
//   "author"?, "if_revision"?}
//
// The header If-Match holds a revision as well. Version 0 removes an alias. A revision that is not
// the present one is 409. Aliases and history are those of MLflow's clients, too; a rollback of a
// model without a contract moves their pointer "champion" back. Answer: the change, with its
// revision.
#pragma once

#include "api/call.h"

namespace mooring::api {

void ListAliases(const Call& call);
void SetAlias(const Call& call);
void Rollback(const Call& call);

}  // namespace mooring::api

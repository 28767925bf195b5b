// AuditedRegistry: a Registry whose every change by people is an entry of the control log before it
// takes effect, and its outcome after it. Give it to whoever changes the registry in the place of
// the bare one. What the watch stores (verdicts) and all reading pass through untouched.
//
// Thread safety: as the registry and the sink. Failure: a change whose entry cannot be written is
// not made (audited.h); else as the registry. Cost: of a change two appends to the log.
#pragma once

#include <memory>
#include <string>

#include "records/audit/audit_sink.h"
#include "records/registry/registry.h"

namespace mooring::records {

struct AuditedRegistryOptions {
  std::unique_ptr<Registry> registry;  // required
  AuditSink* sink = nullptr;           // outlives this; or one that it owns:
  std::unique_ptr<AuditSink> owned_sink = {};
  std::string channel = {};  // "api", "cli"
};

std::unique_ptr<Registry> MakeAuditedRegistry(AuditedRegistryOptions options);

}  // namespace mooring::records

// Transfer: bytes of artifacts between a caller and the store, any size in flat memory. Everything
// that may block runs on the workers that Dependencies::mlflow names; a worker is held only while
// there is a piece to write or to read, so slow callers hold none.
//
// Thread safety: from any thread; each answers its call once.
#pragma once

#include <functional>
#include <string>

#include "api/call.h"
#include "records/artifacts/artifact_store.h"

namespace mooring::api::mlflow {

// What becomes of a body. Each blocks and is called on a worker, one at a time: `begin` once,
// before any byte is there, `append` for each piece, `end` when it was whole. What they capture is
// let go with the call.
struct Taking {
  std::function<Status()> begin;
  std::function<Status(ByteSpan)> append;
  std::function<Result<Response>()> end;
};
void Receive(const Call& call, Taking taking);

// Takes the call's body, streamed or not, into the store under `path`, and answers {}.
void Receive(const Call& call, records::ArtifactStore& store, std::string path);

// The file as an attachment: whole, or the part that the Range header asks for, or for HEAD only
// what there would be. Blocks: on a worker.
void SendFile(const Call& call, records::ArtifactStore& store, std::string_view path);

}  // namespace mooring::api::mlflow

// Upload: the body of one request on its way from its connection to its reader. It holds one piece
// that is ready; the connection stops reading its socket while that waits to be taken. Part of the
// server's machinery: handlers see a BodySource.
//
// Thread safety: Next on any thread, one at a time; the rest on the loop's.
#pragma once

#include <functional>
#include <mutex>
#include <optional>

#include "api/http/server.h"

namespace mooring::api {

class Upload final : public BodySource {
 public:
  // Called when the connection has a reason to look at the upload again; on the reader's thread.
  explicit Upload(std::function<void()> nudge) : nudge_(std::move(nudge)) {}

  std::optional<Result<Piece>> Next(std::function<void()> later) override;

  // Whether a piece can be given; false: the nudge comes when it can.
  bool HasRoom();
  void Give(Piece piece);
  // No more comes: told in place of what was not taken. Not after the last piece.
  void Fail(Error error);
  // Whether the reader has asked; false: the nudge comes when it has.
  bool WasAsked();

 private:
  const std::function<void()> nudge_;
  std::mutex mutex_;  // guards all below
  std::optional<Piece> ready_;
  std::optional<Error> failed_;
  std::function<void()> later_;
  bool asked_ = false, ended_ = false;  // ended: the last piece was taken
  bool nudges_ = true;                  // the connection waits for the reader
};

}  // namespace mooring::api
